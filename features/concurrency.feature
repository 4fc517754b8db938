@concurrency
Feature: Concurrency
  Many callers use, delete, import and rotate one key at the same time. A target may take their calls in any order, and
  in every order each call does all of what it does alone, or nothing: no caller sees a key between two states.
  Each race is run many times over. Where changes show late, only the state that the key settles in is judged.

  Rule: Deletes do not disturb each other

    @DIKM-STATE-11 @DIKM-STATE-01
    Scenario: Deletes racing each other all succeed
      Given a symmetric key with imported material
      When 8 deletes race, 6 times over
      Then in every round every delete succeeds
      And in every round all readers saw the same state
      And in every round the key becomes PendingImport
      And in every round Encrypt succeeds exactly where the key is Enabled

  Rule: A delete and an import of the same material leave the key with the material or without it

    @DIKM-STATE-01 @DIKM-REIMP-01 @DIKM-REIMP-02 @DIKM-DESC-13
    Scenario: A delete racing an import of the same material
      Given a symmetric key with imported material
      When 3 deletes and an import of the same material race, 5 times over
      Then in every round every delete succeeds
      And in every round every import succeeds
      And in every round all readers saw the same state
      And in every round the key becomes Enabled or PendingImport
      And in every round Encrypt succeeds exactly where the key is Enabled

  Rule: What was deleted is not used any more

    @DIKM-STATE-21 @DIKM-STATE-01
    Scenario: A delete racing the use of the key
      Given a symmetric key with imported material
      When a delete and 9 uses race, 6 times over
      Then in every round every delete succeeds
      And in every round every use succeeds or is refused with KMSInvalidStateException
      And no use that began after the delete was answered succeeded
      And in every round all readers saw the same state
      And in every round the key becomes PendingImport
      And in every round Encrypt succeeds exactly where the key is Enabled

  Rule: The first import decides which material the key takes

    @DIKM-REIMP-04 @DIKM-REIMP-06
    Scenario: Imports of different materials racing to be the first
      Given a symmetric key without material
      When 3 imports of different materials race, 3 times over
      Then in every round exactly one import succeeds and the others are refused with IncorrectKeyMaterialException
      And in every round only the material that was imported can be imported again
      And in every round the key becomes Enabled
      And in every round Encrypt succeeds exactly where the key is Enabled

  Rule: One new material waits for a rotation

    @DIKM-MULTI-04 @DIKM-MULTI-03
    Scenario: Imports of new materials racing to be the one that waits
      Given a symmetric key with imported material
      When 3 imports of different materials as NEW_KEY_MATERIAL race, 3 times over
      Then in every round exactly one import succeeds and the others are refused with KMSInvalidStateException
      And in every round ListKeyRotations shows exactly one PENDING_ROTATION material
      And in every round ListKeyRotations shows exactly one CURRENT material
      And in every round the key becomes Enabled

  Rule: A rotation happens once, or not at all

    @DIKM-MULTI-05 @DIKM-DESC-10 @DIKM-MULTI-17
    Scenario: Rotations racing each other
      Given a symmetric key with imported material
      And a second material pending rotation
      When 3 rotations race, 3 times over
      Then in every round the key was rotated once
      And in every round ListKeyRotations shows exactly one CURRENT material
      And in every round the key becomes Enabled
      And in every round Encrypt succeeds exactly where the key is Enabled

    @DIKM-MULTI-11 @DIKM-MULTI-10 @DIKM-MULTI-14
    Scenario: A rotation racing the deletion of the material that waits for it
      Given a symmetric key with imported material
      And a second material pending rotation
      When a rotation and a delete of the pending material race, 3 times over
      Then in every round every delete succeeds or is refused with KMSInvalidStateException
      And in every round the key was rotated at most once
      And in every round ListKeyRotations shows exactly one CURRENT material
      And in every round the key becomes Enabled or PendingImport
      And in every round Encrypt succeeds exactly where the key is Enabled

  Rule: A delete and a change of state leave what one of their orders gives

    @DIKM-STATE-07 @DIKM-MATRIX-06
    Scenario: Deletes racing the scheduling of the key's deletion
      Given a symmetric key with imported material
      When 2 deletes and 3 calls of ScheduleKeyDeletion race, 3 times over
      Then in every round every delete succeeds
      And in every round exactly one call of ScheduleKeyDeletion succeeds and the others are refused with KMSInvalidStateException
      And in every round all readers saw the same state
      And in every round the key becomes PendingDeletion

    @DIKM-STATE-05 @DIKM-MATRIX-10
    Scenario: Deletes racing the enabling of a disabled key
      Given a symmetric key with imported material that is disabled
      When 2 deletes and 3 calls of EnableKey race, 3 times over
      Then in every round every delete succeeds
      And in every round every call of EnableKey succeeds or is refused with KMSInvalidStateException
      And in every round all readers saw the same state
      And in every round the key becomes PendingImport

    @DIKM-STATE-01 @DIKM-MATRIX-09
    Scenario: Deletes racing the disabling of the key
      Given a symmetric key with imported material
      When 2 deletes and 3 calls of DisableKey race, 3 times over
      Then in every round every delete succeeds
      And in every round every call of DisableKey succeeds or is refused with KMSInvalidStateException
      And in every round all readers saw the same state
      And in every round the key becomes PendingImport
