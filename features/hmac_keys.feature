@hmac
Feature: HMAC keys
  HMAC keys take imported material of the length of their digest. They hold one material for ever.

  Rule: The delete takes the material away

    @DIKM-STATE-04
    Scenario Outline: The material of an enabled <kind> key is deleted
      Given an <kind> key with imported material
      When its imported material is deleted
      Then the call succeeds
      And the key becomes PendingImport
      But nothing else about the key changed

      Examples:
        | kind     |
        | HMAC_224 |
        | HMAC_256 |
        | HMAC_384 |
        | HMAC_512 |

    @DIKM-MATRIX-24 @OQ-11
    Scenario Outline: <operation> on an HMAC_256 key <situation>
      Given an HMAC_256 key <situation>
      When <operation> is called on the key
      Then the call is refused with KMSInvalidStateException
      And the message says "{key ARN} is pending import."
      And nothing about the key changed

      Examples:
        | operation   | situation                  |
        | GenerateMac | without material           |
        | GenerateMac | whose material was deleted |
        | VerifyMac   | whose material was deleted |

    @DIKM-DESC-06
    Scenario: Metadata of an HMAC key after the delete
      Given an HMAC_256 key with imported material
      When its imported material is deleted
      Then the key becomes PendingImport
      And DescribeKey shows
        | KeyState             | PendingImport |
        | Enabled              | false         |
        | ExpirationModel      | absent        |
        | CurrentKeyMaterialId | absent        |

    @DIKM-DESC-03
    Scenario: Metadata of an HMAC key after the import
      Given an HMAC_256 key with imported material
      Then DescribeKey shows
        | KeyState             | Enabled                      |
        | ExpirationModel      | KEY_MATERIAL_DOES_NOT_EXPIRE |
        | ValidTo              | absent                       |
        | CurrentKeyMaterialId | absent                       |

    @DIKM-DESC-01 @DIKM-ORIG-04
    Scenario: An HMAC key waits for its material
      Given an HMAC_256 key without material
      Then DescribeKey shows
        | KeyState             | PendingImport |
        | Enabled              | false         |
        | Origin               | EXTERNAL      |
        | ExpirationModel      | absent        |
        | CurrentKeyMaterialId | absent        |

  Rule: The same material restores the key

    @DIKM-REIMP-01 @DIKM-REIMP-16
    Scenario: An old MAC verifies after the reimport
      Given an HMAC_256 key with imported material
      And a MAC made with the key
      When its imported material is deleted
      And the same material is imported
      Then the call succeeds
      And the key becomes Enabled
      And the MAC made before verifies

    @DIKM-REIMP-04
    Scenario: Other material is refused
      Given an HMAC_256 key whose material was deleted
      When other material is imported
      Then the call is refused with IncorrectKeyMaterialException
      And nothing about the key changed

    @DIKM-REIMP-33
    Scenario Outline: An <kind> key takes <bytes> bytes under <algorithm> and <wrapping key>
      Given an <kind> key without material
      When new material is imported, wrapped with <algorithm> under <wrapping key>
      Then the call succeeds
      And the key becomes Enabled
      And a MAC of the key is the one that the imported <bytes> bytes give

      Examples:
        | kind     | bytes | algorithm          | wrapping key |
        | HMAC_224 | 28    | RSAES_OAEP_SHA_256 | RSA_4096     |
        | HMAC_256 | 32    | RSAES_OAEP_SHA_256 | RSA_4096     |
        | HMAC_384 | 48    | RSAES_OAEP_SHA_256 | RSA_4096     |
        | HMAC_512 | 64    | RSAES_OAEP_SHA_256 | RSA_4096     |
        | HMAC_256 | 32    | RSAES_OAEP_SHA_1   | RSA_2048     |
        | HMAC_512 | 64    | RSAES_OAEP_SHA_256 | RSA_2048     |
        | HMAC_512 | 64    | RSAES_OAEP_SHA_1   | RSA_3072     |

  Rule: One material, without type, id or description

    @DIKM-REIMP-07 @OQ-14 @probe
    Scenario: An import type is refused
      Given an HMAC_256 key without material
      When new material is imported as NEW_KEY_MATERIAL
      Then the call is refused
      And the outcome answers OQ-14
      And nothing about the key changed

    @DIKM-REIMP-12 @OQ-02 @probe
    Scenario: What an import into an HMAC key names
      Given an HMAC_256 key without material
      When new material is imported
      Then the call succeeds
      And the answer's KeyMaterialId answers OQ-02

    @DIKM-WIRE-05 @OQ-02 @probe
    Scenario: What a delete from an HMAC key names
      Given an HMAC_256 key with imported material
      When its imported material is deleted
      Then the call succeeds
      And the answer's KeyMaterialId answers OQ-02

    @DIKM-MATRIX-22
    Scenario: An HMAC key does not encrypt
      Given an HMAC_256 key with imported material
      When Encrypt is called on the key
      Then the call is refused with InvalidKeyUsageException

    @DIKM-WIRE-10
    Scenario: A MAC that does not fit is refused without a message
      Given an HMAC_256 key with imported material
      And a MAC made with the key
      When VerifyMac is called on the key with another message
      Then the call is refused with KMSInvalidMacException
      And the error has no message
