@core
Feature: Key states
  Deleting imported key material takes the material away at once and keeps the KMS key.
  What the call does depends on the state the key is in.

  Rule: A usable key becomes pending import

    @DIKM-STATE-01 @DIKM-DESC-15
    Scenario: The material of an enabled key is deleted
      Given a symmetric key with imported material
      When its imported material is deleted
      Then the call succeeds
      And the key becomes PendingImport
      But nothing else about the key changed

    @DIKM-STATE-05 @DIKM-WIRE-13
    Scenario: The material of a disabled key is deleted
      Given a symmetric key with imported material that is disabled
      When its imported material is deleted
      Then the call succeeds
      And the key becomes PendingImport
      But nothing else about the key changed

    @DIKM-STATE-21
    Scenario: The first use after the delete is refused
      Given a symmetric key with imported material
      When its imported material is deleted
      Then Encrypt on the key becomes refused with KMSInvalidStateException

    @DIKM-MATRIX-26
    Scenario: A deleted material is there again after a reimport and can be deleted again
      Given a symmetric key whose material was deleted
      And the same material was imported again
      When its imported material is deleted
      Then the call succeeds
      And the key becomes PendingImport

  Rule: A key pending deletion stays pending deletion

    @DIKM-STATE-07 @DIKM-MATRIX-26
    Scenario: The material of a key pending deletion is deleted
      Given a symmetric key with imported material that is scheduled for deletion
      When its imported material is deleted
      Then the call succeeds
      And the key stays PendingDeletion
      And nothing else about the key changed

    @DIKM-STATE-07 @DIKM-STATE-18
    Scenario: The material of a key pending deletion is gone after the delete
      Given a symmetric key with imported material that is scheduled for deletion
      When its imported material is deleted
      And CancelKeyDeletion is called on the key
      And EnableKey is called on the key
      Then Encrypt on the key is refused

  Rule: A key without material is left as it is

    @DIKM-STATE-10 @DIKM-STATE-24
    Scenario: Nothing was ever imported
      Given a symmetric key without material
      When its imported material is deleted
      Then the call succeeds
      And the key stays PendingImport
      And nothing about the key changed

    @DIKM-STATE-11 @DIKM-STATE-24
    Scenario: The material was already deleted
      Given a symmetric key whose material was deleted
      When its imported material is deleted
      Then the call succeeds
      And the key stays PendingImport
      And nothing about the key changed

    @DIKM-STATE-11
    Scenario: Deleting ten times is like deleting once
      Given a symmetric key with imported material
      When its imported material is deleted 10 times
      Then every call succeeds
      And the key stays PendingImport

  Rule: The delete leaves the key and everything that is said about it

    @DIKM-STATE-20
    Scenario: Aliases, tags, policy, description and creation date remain
      Given a symmetric key with imported material
      And the key has an alias, tags, a description and a key policy of its own
      When its imported material is deleted
      Then the key becomes PendingImport
      And the key still has its alias, its tags, its description and its key policy
      And nothing else about the key changed

    @DIKM-STATE-20
    Scenario: Grants remain
      Given a symmetric key with imported material
      And the key has a grant
      When its imported material is deleted
      Then the key becomes PendingImport
      And the key still has its grant
      And nothing else about the key changed

    @DIKM-STATE-20 @DIKM-STATE-01
    Scenario: Another key with the same material keeps it
      Given a symmetric key with imported material
      And another symmetric key with the same material
      When its imported material is deleted
      Then the key becomes PendingImport
      But the other key stays Enabled
      And Encrypt on the other key succeeds

    @DIKM-MATRIX-23
    Scenario Outline: <operation> works on a key whose material was deleted
      Given a symmetric key whose material was deleted
      When <operation> is called on the key
      Then the call succeeds
      And the key stays PendingImport

      Examples:
        | operation            |
        | CreateAlias          |
        | TagResource          |
        | UntagResource        |
        | PutKeyPolicy         |
        | GetKeyPolicy         |
        | UpdateKeyDescription |
        | ListAliases          |
        | ListResourceTags     |

  Rule: Only a reimport brings the key back

    @DIKM-MATRIX-10
    Scenario: EnableKey does not bring the key back
      Given a symmetric key whose material was deleted
      When EnableKey is called on the key
      Then the call is refused with KMSInvalidStateException
      And the key stays PendingImport
      And nothing about the key changed

    @DIKM-MATRIX-09
    Scenario Outline: DisableKey is refused on a key <situation>
      Given a symmetric key <situation>
      When DisableKey is called on the key
      Then the call is refused with KMSInvalidStateException
      And the message says "{key ARN} is pending import."
      And nothing about the key changed

      Examples:
        | situation                  |
        | without material           |
        | whose material was deleted |

    @DIKM-STATE-06
    Scenario: A key that was disabled before the delete is enabled by the reimport
      Given a symmetric key with imported material that is disabled
      When its imported material is deleted
      And the same material is imported
      Then the call succeeds
      And the key becomes Enabled

  Rule: What happened to a key pending deletion without material is an open question

    @probe @DIKM-STATE-08 @OQ-07
    Scenario Outline: The delete on a key pending deletion <situation>
      Given a symmetric key <situation> that is scheduled for deletion
      When its imported material is deleted
      Then the outcome answers OQ-07
      And the key stays PendingDeletion

      Examples:
        | situation                  |
        | without material           |
        | whose material was deleted |

    @probe @DIKM-STATE-18 @OQ-09
    Scenario: Cancelling the deletion of a key whose material was deleted meanwhile
      Given a symmetric key with imported material that is scheduled for deletion
      When its imported material is deleted
      And CancelKeyDeletion is called on the key
      Then the key's state answers OQ-09
      And the same material can be imported
      And the key can be brought back into use

    @probe @DIKM-STATE-19 @OQ-09
    Scenario: Cancelling the deletion of a key that never had material
      Given a symmetric key without material that is scheduled for deletion
      When CancelKeyDeletion is called on the key
      Then the key's state answers OQ-09
      And new material can be imported
      And the key can be brought back into use

    @probe @DIKM-STATE-12 @DIKM-WIRE-05 @OQ-01
    Scenario Outline: The material that the answer names for a key <situation>
      Given a symmetric key <situation>
      When its imported material is deleted
      Then the answer's KeyMaterialId answers OQ-01

      Examples:
        | situation                  |
        | without material           |
        | whose material was deleted |
