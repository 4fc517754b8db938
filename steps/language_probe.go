package steps

// askings are the sentences that record an answer to an open question instead of judging one.
var askings = []Definition{
	// Open questions.
	define(`^the outcome answers (`+aQuestion+`)$`, "the outcome answers OQ-<nn>", "records how the last call ended",
		func(s *Scenario) any { return s.outcomeAnswers }),
	define(`^the key's state answers (`+aQuestion+`)$`, "the key's state answers OQ-<nn>", "records the state",
		func(s *Scenario) any { return s.stateAnswers }),
	define(`^the answer's KeyMaterialId answers (`+aQuestion+`)$`, "the answer's KeyMaterialId answers OQ-<nn>", "records which id is named",
		func(s *Scenario) any { return s.materialIDAnswers }),
	define(`^the described (\w+) answers (`+aQuestion+`)$`, "the described <member> answers OQ-<nn>", "records whether DescribeKey shows it",
		func(s *Scenario) any { return s.describedAnswers }),
	define(`^the delay until the key is PendingImport answers (`+aQuestion+`)$`,
		"the delay until the key is PendingImport answers OQ-<nn>", "records an order of magnitude",
		func(s *Scenario) any { return s.delayAnswers }),
	define(`^the answer's error (header|type) answers (`+aQuestion+`)$`, "the answer's error header | type answers OQ-<nn>",
		"records the raw form of an error",
		func(s *Scenario) any { return s.errorShapeAnswers }),
}
