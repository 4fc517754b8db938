package steps

// aRacer is what the calls of a race are called one by one.
const aRacer = `delete|import|use|rotation|call of (?:EnableKey|DisableKey|ScheduleKeyDeletion)`

// racings are the sentences about many callers on one key at the same time, and about what must hold in whatever order a
// target takes their calls.
var racings = []Definition{
	define(`^(`+startersPattern()+`) race, (\d+) times over$`,
		"<n> deletes | imports of the same material | imports of different materials [as NEW_KEY_MATERIAL] | uses | rotations | deletes of the pending material | calls of <operation> [and ...] race, <n> times over",
		"sends the calls at the same time, in rounds, each on a key that is where the Given left the first one",
		func(s *Scenario) any { return s.race }),
	define(`^in every round every (`+aRacer+`) succeeds(?: or is refused with (\w+))?$`,
		"in every round every <delete | import | use | rotation | call of <operation>> succeeds [or is refused with <code>]",
		"how the calls of the races ended",
		func(s *Scenario) any { return s.everyOf }),
	define(`^in every round exactly one (`+aRacer+`) succeeds and the others are refused with (\w+)$`,
		"in every round exactly one <delete | import | use | rotation | call of <operation>> succeeds and the others are refused with <code>",
		"calls that exclude each other",
		func(s *Scenario) any { return s.exactlyOne }),
	define(`^no use that began after the delete was answered succeeded$`, "no use that began after the delete was answered succeeded",
		"by the times at which the calls were sent and answered",
		func(s *Scenario) any { return s.noneAfter }),
	define(`^in every round all readers saw the same state$`, "in every round all readers saw the same state",
		"several DescribeKey at once, when every call was answered",
		func(s *Scenario) any { return s.readersAgree }),
	define(`^in every round the key becomes (`+aState+`)(?: or (`+aState+`))?$`, "in every round the key becomes <state> [or <state>]",
		"waits, as becomes does",
		func(s *Scenario) any { return s.keyEnds }),
	define(`^in every round Encrypt succeeds exactly where the key is Enabled$`, "in every round Encrypt succeeds exactly where the key is Enabled",
		"DescribeKey and use tell the same",
		func(s *Scenario) any { return s.usableWhereEnabled }),
	define(`^in every round only the material that was imported can be imported again$`,
		"in every round only the material that was imported can be imported again", "imports it, and one that was refused",
		func(s *Scenario) any { return s.onlyTheWinner }),
	define(`^in every round ListKeyRotations shows exactly one (CURRENT|PENDING_ROTATION) material$`,
		"in every round ListKeyRotations shows exactly one CURRENT | PENDING_ROTATION material",
		"and it is the one that DescribeKey names, or whose import succeeded",
		func(s *Scenario) any { return s.oneInState }),
	define(`^in every round the key was rotated (at most )?once$`, "in every round the key was rotated [at most] once",
		"completed rotations in ListKeyRotations",
		func(s *Scenario) any { return s.rotated }),
}
