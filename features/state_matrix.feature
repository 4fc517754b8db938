@core
Feature: Key states and operations
  Which operations a key with imported material answers in which state, and how it words the refusals.

  Rule: A key that waits for material refuses every use

    @DIKM-MATRIX-01
    Scenario Outline: <operation> before the first import
      Given a symmetric key without material
      When <operation> is called on the key
      Then the call is refused with KMSInvalidStateException
      And the message says "{key ARN} is pending import."
      And nothing about the key changed

      Examples:
        | operation                       |
        | Encrypt                         |
        | GenerateDataKey                 |
        | GenerateDataKeyWithoutPlaintext |

    @DIKM-MATRIX-02
    Scenario Outline: <operation> after the delete
      Given a symmetric key with imported material
      And a ciphertext made with the key
      And its imported material was deleted
      When <operation> is called on the key
      Then the call is refused with KMSInvalidStateException
      And the message says "{key ARN} is pending import."
      And nothing about the key changed

      Examples:
        | operation                       |
        | Encrypt                         |
        | Decrypt                         |
        | ReEncrypt                       |
        | GenerateDataKey                 |
        | GenerateDataKeyWithoutPlaintext |

    @DIKM-STATE-22
    Scenario: An encrypted data key made before does not decrypt
      Given a symmetric key with imported material
      And a data key made with the key
      When its imported material is deleted
      Then decrypting the encrypted data key is refused with KMSInvalidStateException

    @DIKM-MATRIX-16
    Scenario: RotateKeyOnDemand on a key that waits for material
      Given a symmetric key without material
      When RotateKeyOnDemand is called on the key
      Then the call is refused with KMSInvalidStateException
      And the message says "{key ARN} is pending import."

  Rule: A disabled key refuses every use

    @DIKM-MATRIX-03
    Scenario Outline: <operation> on a disabled key
      Given a symmetric key with imported material
      And a ciphertext made with the key
      And the key is disabled
      When <operation> is called on the key
      Then the call is refused with DisabledException
      And the message says "{key ARN} is disabled."
      And nothing about the key changed

      Examples:
        | operation                       |
        | Encrypt                         |
        | Decrypt                         |
        | ReEncrypt                       |
        | GenerateDataKey                 |
        | GenerateDataKeyWithoutPlaintext |

    @DIKM-MATRIX-11
    Scenario: A key with imported material is disabled and enabled again
      Given a symmetric key with imported material that is disabled
      And the key is Disabled
      When EnableKey is called on the key
      Then the call succeeds
      And the key becomes Enabled
      And Encrypt on the key succeeds

    @DIKM-MATRIX-12
    Scenario: EnableKey on an enabled key changes nothing
      Given a symmetric key with imported material
      When EnableKey is called on the key
      Then the call succeeds
      And the key stays Enabled
      And nothing about the key changed

    @DIKM-MATRIX-12
    Scenario: DisableKey on a disabled key changes nothing
      Given a symmetric key with imported material that is disabled
      When DisableKey is called on the key
      Then the call succeeds
      And the key stays Disabled
      And nothing about the key changed

    @DIKM-MATRIX-18 @DIKM-ORIG-07
    Scenario Outline: RotateKeyOnDemand on a disabled <kind> key
      Given a <kind> key with material made by AWS KMS that is disabled
      When RotateKeyOnDemand is called on the key
      Then the call is refused with DisabledException
      And the message says "{key ARN} is disabled."

      Examples:
        | kind      |
        | symmetric |
        | RSA_2048  |

  Rule: A key pending deletion refuses every use

    @DIKM-MATRIX-04
    Scenario Outline: <operation> on a key pending deletion
      Given a symmetric key with imported material
      And a ciphertext made with the key
      And the key is scheduled for deletion
      When <operation> is called on the key
      Then the call is refused with KMSInvalidStateException
      And the message says "{key ARN} is pending deletion"
      And nothing about the key changed

      Examples:
        | operation                       |
        | Encrypt                         |
        | Decrypt                         |
        | ReEncrypt                       |
        | GenerateDataKey                 |
        | GenerateDataKeyWithoutPlaintext |

    @DIKM-MATRIX-05
    Scenario: A disabled key is scheduled for deletion
      Given a symmetric key with imported material that is disabled
      When ScheduleKeyDeletion is called on the key
      Then the call succeeds
      And the key becomes PendingDeletion

    @DIKM-MATRIX-06
    Scenario: A key is scheduled for deletion twice
      Given a symmetric key with imported material that is scheduled for deletion
      When ScheduleKeyDeletion is called on the key
      Then the call is refused with KMSInvalidStateException
      And the message says "is pending deletion"
      And nothing about the key changed

    @DIKM-MATRIX-07 @DIKM-DESC-12
    Scenario: A cancelled deletion leaves a key with material disabled
      Given a symmetric key with imported material that is scheduled for deletion
      When CancelKeyDeletion is called on the key
      Then the call succeeds
      And the key becomes Disabled
      And DescribeKey shows
        | Enabled      | false  |
        | DeletionDate | absent |

    @DIKM-MATRIX-08
    Scenario: Scheduling without a waiting period waits 30 days
      Given a symmetric key with imported material
      When ScheduleKeyDeletion is called on the key without a waiting period
      Then the call succeeds
      And the answer has
        | KeyId               | the key's ARN         |
        | KeyState            | PendingDeletion       |
        | PendingWindowInDays | 30                    |
        | DeletionDate        | a time 30 days from now |

    @DIKM-MATRIX-08
    Scenario Outline: A waiting period of <days> days is refused
      Given a symmetric key with imported material
      When ScheduleKeyDeletion is called on the key with a waiting period of <days> days
      Then the call is refused
      And the key stays Enabled

      Examples:
        | days |
        | 6    |
        | 31   |

    @DIKM-MATRIX-08 @by-analogy
    Scenario Outline: The code of the refusal of a waiting period of <days> days
      Given a symmetric key with imported material
      When ScheduleKeyDeletion is called on the key with a waiting period of <days> days
      Then the call is refused with ValidationException

      Examples:
        | days |
        | 6    |
        | 31   |

    @DIKM-MATRIX-08
    Scenario Outline: A waiting period of <days> days is accepted
      Given a symmetric key with imported material
      When ScheduleKeyDeletion is called on the key with a waiting period of <days> days
      Then the call succeeds
      And the answer has
        | PendingWindowInDays | <days> |

      Examples:
        | days |
        | 7    |
        | 30   |

    @DIKM-REIMP-41
    Scenario Outline: <operation> on a key pending deletion that has its material
      Given a symmetric key with imported material
      And parameters for import fetched for the key
      And the key is scheduled for deletion
      When <operation> is called on the key
      Then the call is refused with KMSInvalidStateException
      And nothing about the key changed

      Examples:
        | operation              |
        | GetParametersForImport |
        | ImportKeyMaterial      |

  Rule: Rotation that AWS KMS makes by itself is not for imported material

    @DIKM-MATRIX-21
    Scenario: EnableKeyRotation is refused
      Given a symmetric key with imported material
      When EnableKeyRotation is called on the key
      Then the call is refused with UnsupportedOperationException
      And nothing about the key changed

    @DIKM-MATRIX-17
    Scenario: RotateKeyOnDemand without a new material that waits for it
      Given a symmetric key with imported material
      When RotateKeyOnDemand is called on the key
      Then the call is refused with KMSInvalidStateException
      And the message says "No available key material pending rotation for the key: {key ARN}."

    @probe @DIKM-MATRIX-14 @OQ-10
    Scenario: GetKeyRotationStatus of a key with imported material
      Given a symmetric key with imported material
      When GetKeyRotationStatus is called on the key
      Then the outcome answers OQ-10

  Rule: A key is used for what it was made for

    @DIKM-MATRIX-22
    Scenario: A symmetric key does not sign
      Given a symmetric key with imported material
      When Sign is called on the key
      Then the call is refused with InvalidKeyUsageException
      And the message says "{key ARN} key usage is ENCRYPT_DECRYPT which is not valid for Sign."

    @DIKM-MATRIX-22
    Scenario: A ciphertext is not decrypted under another key
      Given a symmetric key with imported material
      And another symmetric key with imported material
      And a ciphertext made with the key
      When Decrypt is called on the other key
      Then the call is refused with IncorrectKeyException
      And the message says "The key ID in the request does not identify a CMK that can perform this operation."
