@multi-region
Feature: Multi-Region keys
  Related multi-Region keys share their key id and the materials they are bound to. Which of these materials are there is
  the business of each Region: it imports them, lets them expire and deletes them for itself. Only a material that waits
  for a rotation is the primary key's to take back.

  Rule: A replica starts without material

    @DIKM-MRK-01
    Scenario: A primary key waits for its material
      When a multi-Region symmetric key without material is created
      Then the call succeeds
      And the created key shows
        | KeyId       | mrk- and more |
        | KeyState    | PendingImport |
        | Enabled     | false         |
        | MultiRegion | true          |

    @DIKM-IDENT-02
    Scenario: The id of a multi-Region key
      When a multi-Region symmetric key without material is created
      Then the created key shows
        | KeyId | mrk- and 32 hexadecimal digits |

    @DIKM-IDENT-02
    Scenario Outline: The delete of a multi-Region key by <identifier>
      Given a multi-Region symmetric key with imported material
      When DeleteImportedKeyMaterial is called with <identifier>
      Then the call succeeds
      And the answer has
        | KeyId | the key's ARN |
      And the key becomes PendingImport

      Examples:
        | identifier    |
        | the key's id  |
        | the key's ARN |

    @DIKM-MRK-02 @DIKM-DESC-16
    Scenario: A replica is in the making at first
      Given a multi-Region symmetric key with imported material
      When ReplicateKey is called on the key
      Then the call succeeds
      And the created replica shows
        | KeyState             | Creating |
        | Enabled              | false    |
        | Origin               | EXTERNAL |
        | CurrentKeyMaterialId | absent   |

    @DIKM-MRK-02
    Scenario: A replica waits for its material then
      Given a multi-Region symmetric key with imported material
      When ReplicateKey is called on the key
      Then the replica becomes PendingImport
      And Encrypt on the replica is refused with KMSInvalidStateException

    @DIKM-STATE-15
    Scenario: The delete is refused while the replica is in the making
      Given a multi-Region symmetric key with imported material
      And a replica of the key in the making
      When the imported material of the replica is deleted
      Then the call is refused with KMSInvalidStateException
      And the replica becomes PendingImport

    @DIKM-STATE-15 @by-analogy
    Scenario: The words of the refusal while the replica is in the making
      Given a multi-Region symmetric key with imported material
      And a replica of the key in the making
      When the imported material of the replica is deleted
      Then the message says "{replica ARN} is creating."

    @DIKM-MRK-18 @C-18
    Scenario: A replica has a key policy of its own, the default one
      Given a multi-Region symmetric key with imported material
      And the key has an alias, tags, a description and a key policy of its own
      And a replica of the key without material
      When GetKeyPolicy is called on the replica
      Then the policy has the Id key-default-1 and one statement, with the Sid "Enable IAM User Permissions", that allows the account root kms:*

  Rule: Each Region imports the material of the primary key for itself

    @DIKM-MRK-03
    Scenario: The material of the primary key is imported into a replica
      Given a multi-Region symmetric key with imported material
      And a replica of the key without material
      When the same material is imported into the replica as EXISTING_KEY_MATERIAL
      Then the call succeeds
      And the replica becomes Enabled
      And Encrypt on the replica succeeds

    @DIKM-MRK-03
    Scenario: Other material is refused
      Given a multi-Region symmetric key with imported material
      And a replica of the key without material
      When other material is imported into the replica as EXISTING_KEY_MATERIAL
      Then the call is refused
      And the replica stays PendingImport
      And nothing about the replica changed

    @DIKM-MRK-03 @by-analogy
    Scenario: The code of the refusal of other material
      Given a multi-Region symmetric key with imported material
      And a replica of the key without material
      When other material is imported into the replica as EXISTING_KEY_MATERIAL
      Then the call is refused with IncorrectKeyMaterialException

    @DIKM-MRK-03
    Scenario: Parameters for import of the primary key do not serve for a replica
      Given a multi-Region symmetric key with imported material
      And parameters for import fetched for the key
      And a replica of the key without material
      When the same material is imported into the replica with the parameters fetched before as EXISTING_KEY_MATERIAL
      Then the call is refused
      And the replica stays PendingImport

    @DIKM-MRK-03 @DIKM-REIMP-42
    Scenario: A replica of a key that was rotated needs every material
      Given a multi-Region symmetric key with imported material
      And a second material that the key was rotated to
      And a replica of the key without material
      When the second material is imported into the replica as EXISTING_KEY_MATERIAL
      Then the call succeeds
      And the replica stays PendingImport

    @DIKM-MRK-12
    Scenario: The material has the same id in both Regions
      Given a multi-Region symmetric key with imported material
      And a replica of the key without material
      When the same material is imported into the replica as EXISTING_KEY_MATERIAL
      Then the answer has
        | KeyId         | the replica's ARN      |
        | KeyMaterialId | the id of the material |
      And the first material becomes the current one of the replica

    @probe @DIKM-MRK-12 @OQ-27
    Scenario: Whether the material has the same id in both Regions
      Given a multi-Region symmetric key with imported material
      And a replica of the key without material
      When the same material is imported into the replica as EXISTING_KEY_MATERIAL
      Then the KeyMaterialId that the replica gave answers OQ-27

    @DIKM-MRK-19 @C-14
    Scenario Outline: A multi-Region <kind> key is imported in both Regions
      Given a multi-Region <kind> key with imported material
      And a replica of the key without material
      When the same material is imported into the replica
      Then the call succeeds
      And the replica becomes Enabled
      And <operation> on the replica succeeds

      Examples:
        | kind             | operation   |
        | RSA_2048         | Encrypt     |
        | RSA_2048 signing | Sign        |
        | ECC_NIST_P256    | Sign        |
        | HMAC_256         | GenerateMac |

    @DIKM-MRK-19
    Scenario Outline: A <product> of one Region verifies in the other
      Given a multi-Region <kind> key with imported material
      And a replica of the key with the same material
      And a <product> made with the replica
      Then the <product> made before verifies with the key

      Examples:
        | product   | kind          |
        | signature | ECC_NIST_P256 |
        | MAC       | HMAC_256      |

    @DIKM-MRK-19 @DIKM-MRK-06
    Scenario Outline: Deleting the material of a replica of a multi-Region <kind> key leaves the primary key
      Given a multi-Region <kind> key with imported material
      And a replica of the key with the same material
      When the imported material of the replica is deleted
      Then the call succeeds
      And the replica becomes PendingImport
      But nothing about the key changed

      Examples:
        | kind          |
        | ECC_NIST_P256 |
        | HMAC_256      |

  Rule: New material comes through the primary key

    @DIKM-MRK-04
    Scenario: New material is not imported into a replica
      Given a multi-Region symmetric key with imported material
      And a replica of the key with the same material
      When other material is imported into the replica as NEW_KEY_MATERIAL
      Then the call is refused
      And nothing about the replica changed
      And ListKeyRotations of all key material shows for the replica
        | material  | KeyMaterialState | ImportState |
        | the first | CURRENT          | IMPORTED    |

    @probe @DIKM-MRK-04 @OQ-26
    Scenario: How new material is refused by a replica
      Given a multi-Region symmetric key with imported material
      And a replica of the key with the same material
      When other material is imported into the replica as NEW_KEY_MATERIAL
      Then the outcome answers OQ-26

    @DIKM-MRK-08 @C-12
    Scenario: New material waits for the replica
      Given a multi-Region symmetric key with imported material
      And a replica of the key with the same material
      When a second material is imported as NEW_KEY_MATERIAL
      Then the call succeeds
      And the key stays Enabled
      And ListKeyRotations of all key material shows
        | material   | KeyMaterialState                         | ImportState |
        | the first  | CURRENT                                  | IMPORTED    |
        | the second | PENDING_MULTI_REGION_IMPORT_AND_ROTATION | IMPORTED    |

    @DIKM-MRK-08
    Scenario: New material that the replica has as well waits for the rotation only
      Given a multi-Region symmetric key with imported material
      And a replica of the key with the same material
      And a second material pending rotation
      When the second material is imported into the replica as EXISTING_KEY_MATERIAL
      Then the call succeeds
      And ListKeyRotations of all key material shows
        | material   | KeyMaterialState | ImportState |
        | the first  | CURRENT          | IMPORTED    |
        | the second | PENDING_ROTATION | IMPORTED    |

    @DIKM-MRK-09
    Scenario: The keys are not rotated before the replica has the new material
      Given a multi-Region symmetric key with imported material
      And a replica of the key with the same material
      And a second material pending rotation
      When RotateKeyOnDemand is called on the key
      Then the call is refused
      And the first material stays the current one
      And nothing about the key changed

    @DIKM-MRK-09 @by-analogy
    Scenario: The code of the refusal to rotate before the replica has the new material
      Given a multi-Region symmetric key with imported material
      And a replica of the key with the same material
      And a second material pending rotation
      When RotateKeyOnDemand is called on the key
      Then the call is refused with KMSInvalidStateException

    @DIKM-MRK-09
    Scenario: The keys are not rotated through a replica
      Given a multi-Region symmetric key with imported material
      And a replica of the key with the same material
      And a second material pending rotation
      And the second material was imported into the replica
      When RotateKeyOnDemand is called on the replica
      Then the call is refused
      And the first material stays the current one of the replica
      And the first material stays the current one

    @DIKM-MRK-09 @C-11
    Scenario: The primary key is rotated once the replica has the new material
      Given a multi-Region symmetric key with imported material
      And a replica of the key with the same material
      And a second material pending rotation
      And the second material was imported into the replica
      When RotateKeyOnDemand is called on the key
      Then the call succeeds
      And the second material becomes the current one
      And the key stays Enabled

    @DIKM-MRK-09
    Scenario: The replica is rotated with the primary key
      Given a multi-Region symmetric key with imported material
      And a replica of the key with the same material
      And a second material pending rotation
      And the second material was imported into the replica
      When RotateKeyOnDemand is called on the key
      Then the second material becomes the current one of the replica
      And the replica stays Enabled
      And Encrypt on the replica succeeds

  Rule: A permanent material is deleted in one Region only

    @DIKM-MRK-05 @C-13
    Scenario: The material of the primary key is deleted
      Given a multi-Region symmetric key with imported material
      And a replica of the key with the same material
      When its imported material is deleted
      Then the call succeeds
      And the key becomes PendingImport
      But nothing about the replica changed
      And Encrypt on the replica succeeds

    @DIKM-MRK-06 @DIKM-MRK-05
    Scenario: The material of a replica is deleted
      Given a multi-Region symmetric key with imported material
      And a replica of the key with the same material
      When the imported material of the replica is deleted
      Then the call succeeds
      And the replica becomes PendingImport
      But nothing about the key changed
      And Encrypt on the key succeeds

    @DIKM-MRK-05
    Scenario: An older material of the primary key is deleted
      Given a multi-Region symmetric key with imported material
      And a second material that the key was rotated to
      And a replica of the key with the same materials
      When the first material is deleted by its id
      Then the key becomes PendingImport
      But nothing about the replica changed
      And the replica still has the first material

    @DIKM-MRK-06
    Scenario: An older material of a replica is deleted
      Given a multi-Region symmetric key with imported material
      And a second material that the key was rotated to
      And a replica of the key with the same materials
      When the first material is deleted by its id from the replica
      Then the replica becomes PendingImport
      But nothing about the key changed
      And the key still has the first material

    @DIKM-MRK-03 @DIKM-REIMP-01
    Scenario: A replica that lost its material takes it back
      Given a multi-Region symmetric key with imported material
      And a replica of the key with the same material
      When the imported material of the replica is deleted
      And the same material is imported into the replica as EXISTING_KEY_MATERIAL
      Then the call succeeds
      And the replica becomes Enabled

    @DIKM-MRK-11
    Scenario: What a replica encrypted decrypts in the other Region after its material was deleted
      Given a multi-Region symmetric key with imported material
      And a replica of the key with the same material
      And a ciphertext made with the replica
      When the imported material of the replica is deleted
      Then the replica becomes PendingImport
      But the ciphertext made before decrypts with the key

    @DIKM-MRK-05
    Scenario: What the primary key encrypted decrypts in the other Region after its material was deleted
      Given a multi-Region symmetric key with imported material
      And a replica of the key with the same material
      And a ciphertext made with the key
      When its imported material is deleted
      Then the key becomes PendingImport
      But the ciphertext made before decrypts with the replica

  Rule: Material expires in one Region only

    @DIKM-EXP-13 @DIKM-MRK-05
    Scenario: The material of the primary key expires
      Given a multi-Region symmetric key with imported material
      And a replica of the key with the same material
      When the same material is imported, expiring in 5 seconds
      And its material expires
      Then the key becomes PendingImport
      But nothing about the replica changed
      And Encrypt on the replica succeeds

    @DIKM-EXP-13 @DIKM-MRK-05
    Scenario: The material of a replica expires
      Given a multi-Region symmetric key with imported material
      And a replica of the key with the same material
      When the same material is imported into the replica as EXISTING_KEY_MATERIAL, expiring in 5 seconds
      And its material expires
      Then the replica becomes PendingImport
      But nothing about the key changed
      And Encrypt on the key succeeds

  Rule: A material that waits for a rotation is taken back by the primary key for all

    @DIKM-MRK-07
    Scenario: The primary key takes back a material that the replica has as well
      Given a multi-Region symmetric key with imported material
      And a replica of the key with the same material
      And a second material pending rotation
      And the second material was imported into the replica
      When the second material is deleted by its id
      Then the call succeeds
      And the replica no longer has the second material
      And the replica stays Enabled

    @DIKM-MRK-07
    Scenario: The primary key takes back a material that still waits for the replica
      Given a multi-Region symmetric key with imported material
      And a replica of the key with the same material
      And a second material pending rotation
      When the second material is deleted by its id
      Then the call succeeds
      And the key no longer has the second material
      And the replica no longer has the second material

    @DIKM-MRK-06
    Scenario: A replica gives up a material that the primary key keeps
      Given a multi-Region symmetric key with imported material
      And a replica of the key with the same material
      And a second material pending rotation
      And the second material was imported into the replica
      When the second material is deleted by its id from the replica
      Then the call succeeds
      And the replica no longer has the second material
      But the key still has the second material
      And nothing about the key changed

    @DIKM-MRK-08 @DIKM-MRK-06
    Scenario: A material that the replica gave up waits for the replica again
      Given a multi-Region symmetric key with imported material
      And a replica of the key with the same material
      And a second material pending rotation
      And the second material was imported into the replica
      When the second material is deleted by its id from the replica
      Then ListKeyRotations of all key material shows
        | material   | KeyMaterialState                         | ImportState |
        | the first  | CURRENT                                  | IMPORTED    |
        | the second | PENDING_MULTI_REGION_IMPORT_AND_ROTATION | IMPORTED    |

  Rule: Only related keys share their ciphertexts

    @DIKM-MATRIX-22
    Scenario: A ciphertext is not decrypted under a multi-Region key that is not related
      Given a multi-Region symmetric key with imported material
      And another multi-Region symmetric key with imported material
      And a ciphertext made with the key
      When Decrypt is called on the other key
      Then the call is refused with IncorrectKeyException

  Rule: Only a primary key that can be used is replicated, and once into each Region

    @DIKM-MRK-13
    Scenario: A primary key whose material was deleted is not replicated
      Given a multi-Region symmetric key whose material was deleted
      When ReplicateKey is called on the key
      Then the call is refused with KMSInvalidStateException
      And nothing about the key changed

    @DIKM-MRK-14
    Scenario: A replica is not replicated
      Given a multi-Region symmetric key with imported material
      And a replica of the key with the same material
      When ReplicateKey is called on the replica
      Then the call is refused with UnsupportedOperationException
      And the message says "{replica ARN} is not a multi-region primary key."
      And nothing about the replica changed

    @DIKM-MRK-15 @C-02
    Scenario: A Region takes one replica
      Given a multi-Region symmetric key with imported material
      And a replica of the key with the same material
      When ReplicateKey is called on the key
      Then the call is refused with AlreadyExistsException
      And nothing about the replica changed

  Rule: A related key is not reached by its ARN in another Region

    @DIKM-MRK-16
    Scenario: DescribeKey by the ARN of the replica
      Given a multi-Region symmetric key with imported material
      And a replica of the key without material
      When DescribeKey is called with the replica's ARN
      Then the call is refused with NotFoundException
      And the message says "Invalid arn"

    @DIKM-MRK-16
    Scenario: DescribeKey in the replica's Region by the ARN of the primary key
      Given a multi-Region symmetric key with imported material
      And a replica of the key without material
      When DescribeKey is called in the other Region with the key's ARN
      Then the call is refused with NotFoundException
      And the message says "Invalid arn"

    @DIKM-MRK-16 @by-analogy
    Scenario: The delete in the replica's Region by the ARN of the primary key
      Given a multi-Region symmetric key with imported material
      And a replica of the key with the same material
      When DeleteImportedKeyMaterial is called in the other Region with the key's ARN
      Then the call is refused with NotFoundException
      And nothing about the key changed
      And nothing about the replica changed

  Rule: A key that is becoming a replica keeps its material

    @DIKM-STATE-16
    Scenario: The delete is refused while the primary Region is being changed
      Given a multi-Region symmetric key with imported material
      And a replica of the key with the same material
      And the key's primary Region is being changed
      When its imported material is deleted
      Then the call is refused with KMSInvalidStateException
      And the key becomes Enabled

    @DIKM-STATE-16 @by-analogy
    Scenario: The words of the refusal while the primary Region is being changed
      Given a multi-Region symmetric key with imported material
      And a replica of the key with the same material
      And the key's primary Region is being changed
      When its imported material is deleted
      Then the message says "{key ARN} is updating."
      And the key becomes Enabled

  Rule: A primary key that is to be deleted waits for its replicas

    @DIKM-MRK-17
    Scenario: The deletion of a primary key that has a replica has no date
      Given a multi-Region symmetric key with imported material
      And a replica of the key with the same material
      When ScheduleKeyDeletion is called on the key
      Then the call succeeds
      And the answer has
        | KeyState     | PendingReplicaDeletion |
        | DeletionDate | absent                 |
      And the key stays PendingReplicaDeletion

    @DIKM-DESC-12 @DIKM-MRK-17
    Scenario: DescribeKey shows the waiting period instead of a date
      Given a multi-Region symmetric key with imported material
      And a replica of the key with the same material
      When ScheduleKeyDeletion is called on the key with a waiting period of 9 days
      Then DescribeKey shows
        | KeyState                    | PendingReplicaDeletion |
        | DeletionDate                | absent                 |
        | PendingDeletionWindowInDays | 9                      |

    @DIKM-MRK-17
    Scenario: Scheduling the replica for deletion is not enough for a date
      Given a multi-Region symmetric key with imported material
      And a replica of the key with the same material
      And the key is scheduled for deletion
      When ScheduleKeyDeletion is called on the replica
      Then the replica becomes PendingDeletion
      But the key stays PendingReplicaDeletion
      And DescribeKey shows
        | DeletionDate | absent |

    @DIKM-MRK-17 @clock
    Scenario: The deletion of a primary key has a date once its replica is deleted
      Given a multi-Region symmetric key with imported material
      And a replica of the key with the same material
      And the key is scheduled for deletion
      When ScheduleKeyDeletion is called on the replica
      And 8 days pass
      Then DescribeKey shows
        | DeletionDate | present |

    @DIKM-MATRIX-07 @DIKM-MRK-17 @by-analogy
    Scenario: The deletion of a primary key that waits for its replicas is cancelled
      Given a multi-Region symmetric key with imported material
      And a replica of the key with the same material
      And the key is scheduled for deletion
      When CancelKeyDeletion is called on the key
      Then the call succeeds
      And the key becomes Disabled

    @DIKM-MRK-05 @DIKM-MRK-17 @clock
    Scenario: A primary key outlives its replica
      Given a multi-Region symmetric key with imported material
      And a replica of the key with the same material
      When ScheduleKeyDeletion is called on the replica
      And 8 days pass
      Then the key stays Enabled
      And Encrypt on the key succeeds

    @DIKM-STATE-09
    Scenario: The material of a primary key that waits for its replicas is deleted
      Given a multi-Region symmetric key with imported material
      And a replica of the key with the same material
      And the key is scheduled for deletion
      When its imported material is deleted
      Then the call succeeds
      And the key stays PendingReplicaDeletion
      And the key no longer has the first material
      But nothing else about the key changed

    @probe @DIKM-STATE-09 @OQ-35
    Scenario: The state of a primary key that waits for its replicas after the delete
      Given a multi-Region symmetric key with imported material
      And a replica of the key with the same material
      And the key is scheduled for deletion
      When its imported material is deleted
      Then the key's state answers OQ-35
