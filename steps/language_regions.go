package steps

// relating are the sentences about related multi-Region keys.
var relating = []Definition{
	define(`^a replica of the key (without material|with the same materials?|in the making)$`,
		"a replica of the key without material | with the same material | in the making",
		"replicates the key to the other Region; with the same material: and imports there every material that the key has",
		func(s *Scenario) any { return s.replicaInSituation }),
	define(`^the (`+aNth+`) material was imported into the replica$`,
		"the first | second | third material was imported into the replica", "as existing material, and waits until it shows",
		func(s *Scenario) any { return s.wasImportedIntoReplica }),
	define(`^the key's primary Region is being changed$`, "the key's primary Region is being changed",
		"calls UpdatePrimaryRegion for the replica's Region and goes on while the key is Updating",
		func(s *Scenario) any { return s.primaryChanging }),
	define(`^the created replica shows$`, "the created replica shows <table>", "members of ReplicateKey's ReplicaKeyMetadata",
		func(s *Scenario) any { return s.replicaShown }),
	define(`^(the key|the replica) (still has|no longer has) the (`+aNth+`) material$`,
		"the key | the replica still has | no longer has the first | second | third material",
		"ImportState of ListKeyRotations; still has looks for a while, no longer has waits",
		func(s *Scenario) any { return s.hasMaterial }),
	define(`^the policy has the Id (\S+) and one statement, with the Sid "([^"]*)", that allows the account root kms:\*$`,
		`the policy has the Id <id> and one statement, with the Sid "<sid>", that allows the account root kms:*`,
		"the default key policy, as AWS words it",
		func(s *Scenario) any { return s.policyNamed }),
	define(`^the KeyMaterialId that the replica gave answers (`+aQuestion+`)$`, "the KeyMaterialId that the replica gave answers OQ-<nn>",
		"records whether the last import named the material as the key's did",
		func(s *Scenario) any { return s.replicaMaterialAnswers }),
}
