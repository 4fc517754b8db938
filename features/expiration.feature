@expiration
Feature: Expiration
  Imported material may expire. When its time comes KMS deletes it, as if the owner had.

  Rule: An import says whether the material expires

    @DIKM-EXP-01
    Scenario: Neither an expiration model nor a date
      Given a symmetric key without material
      When new material is imported without saying whether it expires
      Then the call is refused with ValidationException
      And the message says "A validTo date must be set if the ExpirationModel is KEY_MATERIAL_EXPIRES"
      And nothing about the key changed

    @DIKM-EXP-02 @OQ-19 @probe
    Scenario: A date on material that does not expire
      Given a symmetric key without material
      When new material is imported as not expiring, with a date
      Then the call is refused
      And the outcome answers OQ-19
      And nothing about the key changed

    @DIKM-EXP-03 @OQ-19 @probe
    Scenario Outline: A date <when>
      Given a symmetric key without material
      When new material is imported, expiring <when>
      Then the call is refused
      And the outcome answers OQ-19
      And nothing about the key changed

      Examples:
        | when             |
        | an hour ago      |
        | in 366 days      |

    @DIKM-EXP-04
    Scenario: A date seconds ahead
      Given a symmetric key without material
      When new material is imported, expiring in 30 seconds
      Then the call succeeds
      And the key becomes Enabled

    @DIKM-EXP-03
    Scenario: A date almost a year ahead
      Given a symmetric key without material
      When new material is imported, expiring in 364 days
      Then the call succeeds
      And the key becomes Enabled

    @DIKM-DESC-04
    Scenario: The date is shown to the second
      Given a symmetric key without material
      When new material is imported, expiring in 30 days
      Then the call succeeds
      And DescribeKey shows
        | ExpirationModel | KEY_MATERIAL_EXPIRES |
        | ValidTo         | the requested time   |

    @DIKM-REIMP-03
    Scenario: A reimport turns the expiry off
      Given a symmetric key with imported material that expires in 30 days
      When the same material is imported
      Then the call succeeds
      And DescribeKey shows
        | ExpirationModel | KEY_MATERIAL_DOES_NOT_EXPIRE |
        | ValidTo         | absent                       |

    @DIKM-REIMP-03
    Scenario: A reimport turns an expiry on
      Given a symmetric key with imported material
      When the same material is imported, expiring in 30 days
      Then the call succeeds
      And DescribeKey shows
        | ExpirationModel | KEY_MATERIAL_EXPIRES |
        | ValidTo         | the requested time   |

    @DIKM-REIMP-03
    Scenario: A reimport moves the expiry
      Given a symmetric key with imported material that expires in 30 days
      When the same material is imported, expiring in 60 days
      Then the call succeeds
      And DescribeKey shows
        | ExpirationModel | KEY_MATERIAL_EXPIRES |
        | ValidTo         | the requested time   |

    @DIKM-REIMP-04
    Scenario: A refused reimport leaves the expiry alone
      Given a symmetric key with imported material that expires in 30 days
      When other material is imported, expiring in 60 days
      Then the call is refused with IncorrectKeyMaterialException
      And nothing about the key changed

  Rule: Expired material is deleted material

    @DIKM-EXP-05 @DIKM-EXP-04
    Scenario: A material that lives for seconds
      Given a symmetric key with imported material that expires in 5 seconds
      And a ciphertext made with the key
      When its material expires
      Then the key becomes PendingImport
      And Encrypt on the key becomes refused with KMSInvalidStateException
      And Decrypt on the key becomes refused with KMSInvalidStateException

    @DIKM-EXP-05
    Scenario: Until its time comes the material serves
      Given a symmetric key with imported material that expires in 2 hours
      Then the key stays Enabled
      And Encrypt on the key succeeds

    @DIKM-EXP-05 @clock
    Scenario: An hour before its time the material still serves
      Given a symmetric key with imported material that expires in 2 hours
      When 1 hour passes
      Then the key stays Enabled
      And Encrypt on the key succeeds

    @DIKM-EXP-07 @DIKM-REIMP-14
    Scenario: The same material restores the key after the expiry
      Given a symmetric key with imported material that expires in 5 seconds
      And a ciphertext made with the key
      When its material expires
      And the same material is imported
      Then the call succeeds
      And the key becomes Enabled
      And the ciphertext made before decrypts

    @DIKM-REIMP-04 @DIKM-EXP-07
    Scenario: Other material is refused after the expiry
      Given a symmetric key whose material expired
      When other material is imported
      Then the call is refused with IncorrectKeyMaterialException
      And the key stays PendingImport

    @DIKM-EXP-09 @DIKM-STATE-13
    Scenario: Deleting an expired material has no effect
      Given a symmetric key whose material expired
      When its imported material is deleted
      Then the call succeeds
      And the key stays PendingImport

    @DIKM-EXP-12 @OQ-20
    Scenario: A material expires while the key is disabled
      Given a symmetric key with imported material that expires in 5 seconds
      And the key is disabled
      When its material expires
      Then the key becomes PendingImport

    @DIKM-EXP-12 @OQ-20
    Scenario: A material expires while the key is pending deletion
      Given a symmetric key with imported material that expires in 5 seconds
      And the key is scheduled for deletion
      When its material expires
      Then the key stays PendingDeletion

    @probe @DIKM-EXP-06 @OQ-20
    Scenario: How long after its date a material is gone
      Given a symmetric key with imported material that expires in 5 seconds
      When its material expires
      Then the delay until the key is PendingImport answers OQ-20

  Rule: A delete ends the expiry

    @DIKM-DESC-07 @OQ-12
    Scenario: After the delete no date is shown
      Given a symmetric key with imported material that expires in 30 days
      When its imported material is deleted
      Then the key becomes PendingImport
      And DescribeKey shows
        | ExpirationModel | absent |
        | ValidTo         | absent |

    @DIKM-EXP-08
    Scenario: A reimported material outlives the date of the deleted one
      Given a symmetric key with imported material that expires in 5 seconds
      When its imported material is deleted
      And the same material is imported
      And the date of the deleted material passes
      Then the key stays Enabled
      And Encrypt on the key succeeds

    @probe @DIKM-DESC-08 @OQ-12
    Scenario Outline: <member> after the expiry
      Given a symmetric key whose material expired
      When DescribeKey is called on the key
      Then the described <member> answers OQ-12

      Examples:
        | member          |
        | ExpirationModel |
        | ValidTo         |
