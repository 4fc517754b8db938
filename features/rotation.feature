@rotation
Feature: Several materials
  A symmetric key with imported material can hold several materials. One is current and encrypts; the others still
  decrypt. A new one waits until the key is rotated to it, and every one can be deleted by its id.

  Rule: A further material waits for a rotation

    @DIKM-MULTI-02
    Scenario: The first material is current at once
      Given a symmetric key without material
      When new material is imported
      Then the call succeeds
      And the first material becomes the current one
      And ListKeyRotations of all key material shows
        | material  | KeyMaterialState | ImportState | RotationDate | RotationType |
        | the first | CURRENT          | IMPORTED    | absent       | absent       |

    @DIKM-MULTI-03 @DIKM-DESC-09
    Scenario: A new material leaves the key and its current material as they are
      Given a symmetric key with imported material
      When a second material is imported as NEW_KEY_MATERIAL
      Then the call succeeds
      And nothing about the key changed
      And the first material stays the current one
      And ListKeyRotations of all key material shows
        | material   | KeyMaterialState | ImportState | RotationDate | RotationType |
        | the first  | CURRENT          | IMPORTED    | absent       | absent       |
        | the second | PENDING_ROTATION | IMPORTED    | absent       | absent       |

    @DIKM-MULTI-03 @DIKM-MULTI-07
    Scenario: Data keys are still made with the current material
      Given a symmetric key with imported material
      And a second material pending rotation
      When GenerateDataKey is called on the key
      Then the answer has
        | KeyMaterialId | the id of the first material |

    @DIKM-REIMP-11
    Scenario: The import of a new material answers with its own id
      Given a symmetric key with imported material
      When a second material is imported as NEW_KEY_MATERIAL
      Then the answer has
        | KeyId         | the key's ARN                 |
        | KeyMaterialId | 64 hexadecimal digits         |

    @DIKM-MULTI-04
    Scenario: Only one material can be pending
      Given a symmetric key with imported material
      And a second material pending rotation
      When a third material is imported as NEW_KEY_MATERIAL
      Then the call is refused with KMSInvalidStateException
      And the message says "cannot be imported into KMS key {key ARN}, because another key material (id: {id of the second material}) is pending rotation."
      And nothing about the key changed
      And ListKeyRotations of all key material shows
        | material   | KeyMaterialState | ImportState |
        | the first  | CURRENT          | IMPORTED    |
        | the second | PENDING_ROTATION | IMPORTED    |

    @DIKM-REIMP-06 @DIKM-REIMP-04
    Scenario: Without an import type a further material is refused
      Given a symmetric key with imported material
      When a second material is imported
      Then the call is refused with IncorrectKeyMaterialException
      And nothing about the key changed

    @DIKM-MULTI-01
    Scenario Outline: <article> <kind> key holds one material for ever
      Given <article> <kind> key with imported material
      When other material is imported
      Then the call is refused with IncorrectKeyMaterialException
      And nothing about the key changed

      Examples:
        | article | kind          |
        | an      | RSA_2048      |
        | an      | ECC_NIST_P384 |
        | an      | HMAC_512      |

    @DIKM-MULTI-18 @DIKM-REIMP-13
    Scenario: A material keeps the description it was imported with
      Given a symmetric key without material
      When new material is imported with a description that is 256 characters long
      And its imported material is deleted
      And the same material is imported
      Then the call succeeds
      And ListKeyRotations of all key material shows
        | material  | KeyMaterialDescription | ImportState |
        | the first | 256 characters         | IMPORTED    |

    @DIKM-MULTI-18
    Scenario: ListKeyRotations shows when each material expires
      Given a symmetric key with imported material
      And a second material pending rotation that expires in 30 days
      Then ListKeyRotations of all key material shows
        | material   | ExpirationModel              | ValidTo            |
        | the first  | KEY_MATERIAL_DOES_NOT_EXPIRE | absent             |
        | the second | KEY_MATERIAL_EXPIRES         | the requested time |

  Rule: A rotation makes the pending material the current one

    @DIKM-MULTI-05 @DIKM-DESC-10
    Scenario: A rotation on demand
      Given a symmetric key with imported material
      And a second material pending rotation
      When RotateKeyOnDemand is called on the key
      Then the call succeeds
      And the answer has
        | KeyId | the key's ARN |
      And the second material becomes the current one
      And the key stays Enabled
      And ListKeyRotations of all key material shows
        | material   | KeyMaterialState | ImportState | RotationDate | RotationType |
        | the first  | NON_CURRENT      | IMPORTED    | absent       | absent       |
        | the second | CURRENT          | IMPORTED    | present      | ON_DEMAND    |

    @DIKM-MULTI-06
    Scenario: An old ciphertext decrypts after a rotation
      Given a symmetric key with imported material
      And a ciphertext made with the key
      And a second material that the key was rotated to
      Then the ciphertext made before decrypts

    @DIKM-MULTI-07
    Scenario: Decrypt names the material that decrypted
      Given a symmetric key with imported material
      And a ciphertext made with the key
      And a second material that the key was rotated to
      When Decrypt is called on the key
      Then the answer has
        | KeyMaterialId | the id of the first material |

    @DIKM-MULTI-07
    Scenario: After a rotation the new material makes data keys
      Given a symmetric key with imported material
      And a second material that the key was rotated to
      When GenerateDataKey is called on the key
      Then the answer has
        | KeyMaterialId | the id of the second material |

    @DIKM-MULTI-07
    Scenario: Encrypt does not name a material
      Given a symmetric key with imported material
      When Encrypt is called on the key
      Then the answer has
        | KeyMaterialId | absent |

    @DIKM-MATRIX-17
    Scenario: A key without a pending material is not rotated
      Given a symmetric key with imported material
      When RotateKeyOnDemand is called on the key
      Then the call is refused with KMSInvalidStateException
      And the message says "No available key material pending rotation for the key: {key ARN}."
      And nothing about the key changed

    @DIKM-MULTI-14
    Scenario: A key whose pending material was deleted is not rotated
      Given a symmetric key with imported material
      And a second material pending rotation
      And the second material was deleted
      When RotateKeyOnDemand is called on the key
      Then the call is refused with KMSInvalidStateException
      And the first material stays the current one

    @DIKM-MULTI-16
    Scenario: A key that lacks a material is not rotated
      Given a symmetric key with imported material
      And a second material pending rotation
      And the first material was deleted
      When RotateKeyOnDemand is called on the key
      Then the call is refused with KMSInvalidStateException
      And the message says "{key ARN} is pending import."

    @DIKM-MULTI-24
    Scenario: The twenty-fifth rotation on demand succeeds
      Given a symmetric key with material made by AWS KMS
      And the key was rotated 24 times
      When RotateKeyOnDemand is called on the key
      Then the call succeeds

    @DIKM-MULTI-24 @C-10
    Scenario: The twenty-sixth rotation on demand is refused
      Given a symmetric key with material made by AWS KMS
      And the key was rotated 25 times
      When RotateKeyOnDemand is called on the key
      Then the call is refused with LimitExceededException
      And the message says "The on-demand rotations limit has been reached for the given keyId. No more on-demand rotations can be performed for this key: {key ARN}"

    @DIKM-MULTI-17
    Scenario: Without being asked for more ListKeyRotations shows completed rotations only
      Given a symmetric key with imported material
      And a second material that the key was rotated to
      And a third material pending rotation
      Then ListKeyRotations of completed rotations shows
        | material   | KeyMaterialState | RotationType |
        | the second | CURRENT          | ON_DEMAND    |

    @DIKM-MULTI-17
    Scenario: Asked for all key material ListKeyRotations shows the first and the pending one, too
      Given a symmetric key with imported material
      And a second material that the key was rotated to
      And a third material pending rotation
      Then ListKeyRotations of all key material shows
        | material   | KeyMaterialState | ImportState | RotationType |
        | the first  | NON_CURRENT      | IMPORTED    | absent       |
        | the second | CURRENT          | IMPORTED    | ON_DEMAND    |
        | the third  | PENDING_ROTATION | IMPORTED    | absent       |

    @DIKM-MULTI-23
    Scenario: ListKeyRotations comes in pages
      Given a symmetric key with imported material
      And a second material that the key was rotated to
      And a third material pending rotation
      Then ListKeyRotations of all key material, one a page, shows every material once

    @DIKM-MULTI-23
    Scenario: A marker that KMS never made is refused
      Given a symmetric key with imported material
      When ListKeyRotations is called on the key with a marker that KMS never made
      Then the call is refused with InvalidMarkerException

    @DIKM-MULTI-23
    Scenario Outline: A page of <limit> entries is refused
      Given a symmetric key with imported material
      When ListKeyRotations is called on the key with a limit of <limit>
      Then the call is refused

      Examples:
        | limit |
        | 0     |
        | 1001  |

    @DIKM-MULTI-23 @by-analogy
    Scenario Outline: The code of the refusal of a page of <limit> entries
      Given a symmetric key with imported material
      When ListKeyRotations is called on the key with a limit of <limit>
      Then the call is refused with ValidationException

      Examples:
        | limit |
        | 0     |
        | 1001  |

    @DIKM-MULTI-21 @OQ-23
    Scenario Outline: ListKeyRotations is not for an <kind> key
      Given an <kind> key with imported material
      When ListKeyRotations is called on the key for all key material
      Then the call is refused with UnsupportedOperationException

      Examples:
        | kind          |
        | RSA_2048      |
        | ECC_NIST_P256 |
        | HMAC_256      |

    @probe @DIKM-MULTI-22 @OQ-23
    Scenario Outline: What ListKeyRotations shows of <listed> before the first import
      Given a symmetric key without material
      When ListKeyRotations is called on the key for <listed>
      Then the listing answers OQ-23

      Examples:
        | listed              |
        | completed rotations |
        | all key material    |

  Rule: A delete takes one material, and the key waits for it

    @DIKM-MULTI-08 @DIKM-MULTI-19
    Scenario: Without an id the current material is deleted
      Given a symmetric key with imported material
      And a second material that the key was rotated to
      When its imported material is deleted
      Then the call succeeds
      And the answer has
        | KeyId         | the key's ARN                 |
        | KeyMaterialId | the id of the second material |
      And the key becomes PendingImport
      And ListKeyRotations of all key material shows
        | material   | KeyMaterialState | ImportState    |
        | the first  | NON_CURRENT      | IMPORTED       |
        | the second | CURRENT          | PENDING_IMPORT |

    @DIKM-MULTI-09 @DIKM-MULTI-19
    Scenario: With an id that very material is deleted
      Given a symmetric key with imported material
      And a second material that the key was rotated to
      When the first material is deleted by its id
      Then the call succeeds
      And the answer has
        | KeyId         | the key's ARN                |
        | KeyMaterialId | the id of the first material |
      And the key becomes PendingImport
      And the second material stays the current one
      And ListKeyRotations of all key material shows
        | material   | KeyMaterialState | ImportState    | ExpirationModel              |
        | the first  | NON_CURRENT      | PENDING_IMPORT | absent                       |
        | the second | CURRENT          | IMPORTED       | KEY_MATERIAL_DOES_NOT_EXPIRE |

    @DIKM-MULTI-10
    Scenario Outline: Without its <deleted> material of two the key refuses <operation>
      Given a symmetric key with imported material
      And a ciphertext made with the key
      And a second material that the key was rotated to
      When the <deleted> material is deleted by its id
      Then the key becomes PendingImport
      And <operation> on the key becomes refused with KMSInvalidStateException

      Examples: The current one
        | deleted | operation       |
        | second  | Encrypt         |
        | second  | Decrypt         |
        | second  | ReEncrypt       |
        | second  | GenerateDataKey |

      Examples: The older one
        | deleted | operation       |
        | first   | Encrypt         |
        | first   | Decrypt         |
        | first   | ReEncrypt       |
        | first   | GenerateDataKey |

    @DIKM-STATE-14 @OQ-08
    Scenario: A second delete takes the other material of a key that waits already
      Given a symmetric key with imported material
      And a second material that the key was rotated to
      And the first material was deleted
      When the second material is deleted by its id
      Then the call succeeds
      And the key stays PendingImport
      And ListKeyRotations of all key material shows
        | material   | KeyMaterialState | ImportState    |
        | the first  | NON_CURRENT      | PENDING_IMPORT |
        | the second | CURRENT          | PENDING_IMPORT |

    @DIKM-MULTI-28 @OQ-08
    Scenario: A delete without an id does not go on to the next material
      Given a symmetric key with imported material
      And a second material that the key was rotated to
      And the second material was deleted
      When its imported material is deleted
      Then the call succeeds
      And the key stays PendingImport
      And ListKeyRotations of all key material shows
        | material   | KeyMaterialState | ImportState    |
        | the first  | NON_CURRENT      | IMPORTED       |
        | the second | CURRENT          | PENDING_IMPORT |

    @probe @DIKM-MULTI-27 @OQ-24
    Scenario: A material is deleted by its id twice
      Given a symmetric key with imported material
      And the first material was deleted
      When the first material is deleted by its id
      Then the outcome answers OQ-24
      And the key stays PendingImport

    @probe @DIKM-MULTI-25 @OQ-24
    Scenario: An id that names no material of the key
      Given a symmetric key with imported material
      When DeleteImportedKeyMaterial is called with a material id of another key's material
      Then the outcome answers OQ-24
      And nothing about the key changed
      And the key stays Enabled

    @probe @DIKM-MULTI-26 @OQ-25
    Scenario Outline: An id for the one material of an <kind> key
      Given an <kind> key with imported material
      When DeleteImportedKeyMaterial is called with a material id of another key's material
      Then the outcome answers OQ-25

      Examples:
        | kind          |
        | ECC_NIST_P256 |
        | HMAC_256      |

  Rule: A pending material can be taken back

    @probe @contradiction @DIKM-MULTI-11 @C-01
    Scenario: What becomes of the key when its pending material is deleted
      One page of AWS says that every delete outside PendingDeletion makes the key PendingImport; another says that the
      key's state does not change when the material is pending rotation.

      Given a symmetric key with imported material
      And a second material pending rotation
      When the second material is deleted by its id
      Then the call succeeds
      And the key's state answers C-01

    @DIKM-MULTI-12
    Scenario: Another material can be imported instead
      Given a symmetric key with imported material
      And a second material pending rotation
      And the second material was deleted
      When a third material is imported as NEW_KEY_MATERIAL
      Then the call succeeds
      And RotateKeyOnDemand on the key succeeds
      And the third material becomes the current one

    @probe @DIKM-MULTI-20 @OQ-22
    Scenario: What ListKeyRotations shows of a pending material that was deleted
      Given a symmetric key with imported material
      And a second material pending rotation
      When the second material is deleted by its id
      Then the call succeeds
      And the second material's ImportState answers OQ-22

    @DIKM-MULTI-09
    Scenario: The current material is untouched when the pending one is deleted
      Given a symmetric key with imported material
      And a second material pending rotation
      When the second material is deleted by its id
      Then the answer has
        | KeyMaterialId | the id of the second material |
      And the first material stays the current one

  Rule: The key is usable again once every material is back

    @DIKM-REIMP-42 @DIKM-MULTI-13
    Scenario Outline: The <deleted> material comes back by its id
      Given a symmetric key with imported material
      And a ciphertext made with the key
      And a second material that the key was rotated to
      And the <deleted> material was deleted
      When the <deleted> material is imported, naming its id
      Then the call succeeds
      And the key becomes Enabled
      And the second material stays the current one
      And the ciphertext made before decrypts
      And Encrypt on the key succeeds

      Examples:
        | deleted |
        | first   |
        | second  |

    @DIKM-REIMP-42
    Scenario: One of two missing materials is not enough
      Given a symmetric key with imported material
      And a second material that the key was rotated to
      And the first material was deleted
      And the second material was deleted
      When the second material is imported
      Then the call succeeds
      And the key stays PendingImport
      And Encrypt on the key becomes refused with KMSInvalidStateException

    @DIKM-REIMP-42
    Scenario: Both of two missing materials are
      Given a symmetric key with imported material
      And a ciphertext made with the key
      And a second material that the key was rotated to
      And the first material was deleted
      And the second material was deleted
      When the second material is imported
      And the first material is imported
      Then the call succeeds
      And the key becomes Enabled
      And the second material stays the current one
      And the ciphertext made before decrypts

    @DIKM-MULTI-13
    Scenario Outline: Other material does not replace a deleted one, imported <how>
      Given a symmetric key with imported material
      And a second material that the key was rotated to
      And the first material was deleted
      When other material is imported <how>
      Then the call <outcome>
      And the key stays PendingImport

      Examples:
        | how                                     | outcome                                       |
        | as EXISTING_KEY_MATERIAL                | is refused with IncorrectKeyMaterialException |
        | as EXISTING_KEY_MATERIAL, naming its id | is refused                                    |

    @DIKM-REIMP-05
    Scenario Outline: The <known> material is not new to the key
      Given a symmetric key with imported material
      And a second material that the key was rotated to
      When the <known> material is imported as NEW_KEY_MATERIAL
      Then the call is refused with IncorrectKeyMaterialException
      And nothing about the key changed

      Examples:
        | known  |
        | first  |
        | second |

    @probe @DIKM-MULTI-15 @OQ-21
    Scenario: A new material for a key that waits for an old one
      Given a symmetric key with imported material
      And a second material that the key was rotated to
      And the first material was deleted
      When a third material is imported as NEW_KEY_MATERIAL
      Then the outcome answers OQ-21
      And the key's state answers OQ-21

  Rule: One of several materials expires

    @DIKM-EXP-10
    Scenario: A permanent material that expires stops the key
      Given a symmetric key with imported material that expires in 5 seconds
      When its material expires
      Then the key becomes PendingImport

    @DIKM-EXP-10 @DIKM-MULTI-19 @clock
    Scenario: The older of two materials expires
      Given a symmetric key with imported material
      And a second material that the key was rotated to and that expires in 2 hours
      And a third material that the key was rotated to
      When its material expires
      Then the key becomes PendingImport
      And ListKeyRotations of all key material shows
        | material   | KeyMaterialState | ImportState    | ValidTo |
        | the first  | NON_CURRENT      | IMPORTED       | absent  |
        | the second | NON_CURRENT      | PENDING_IMPORT | absent  |
        | the third  | CURRENT          | IMPORTED       | absent  |

    @DIKM-EXP-11
    Scenario: A pending material that expires leaves the key usable
      Given a symmetric key with imported material
      And a second material pending rotation that expires in 5 seconds
      When its material expires
      Then the key stays Enabled
      And the first material stays the current one
      And Encrypt on the key succeeds

    @DIKM-MULTI-12 @DIKM-EXP-05 @by-analogy
    Scenario: Another material can be imported after a pending one expired
      Given a symmetric key with imported material
      And a second material pending rotation that expires in 5 seconds
      When its material expires
      And a third material is imported as NEW_KEY_MATERIAL
      Then the call succeeds
      And RotateKeyOnDemand on the key succeeds
      And the third material becomes the current one

    @DIKM-DESC-11
    Scenario: DescribeKey shows the earliest expiry of the permanent materials
      Given a symmetric key with imported material that expires in 60 days
      And a second material that the key was rotated to and that expires in 30 days
      Then DescribeKey shows
        | ExpirationModel | KEY_MATERIAL_EXPIRES |
        | ValidTo         | the requested time   |

    @DIKM-DESC-11
    Scenario: DescribeKey shows the expiry of a later material where the first does not expire
      Given a symmetric key with imported material
      And a second material that the key was rotated to and that expires in 30 days
      Then DescribeKey shows
        | ExpirationModel | KEY_MATERIAL_EXPIRES |
        | ValidTo         | the requested time   |

    @DIKM-DESC-11
    Scenario: The expiry of a pending material does not count
      Given a symmetric key with imported material
      And a second material pending rotation that expires in 30 days
      Then DescribeKey shows
        | ExpirationModel | KEY_MATERIAL_DOES_NOT_EXPIRE |
        | ValidTo         | absent                       |
