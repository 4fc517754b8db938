@asymmetric
Feature: Asymmetric keys
  RSA and elliptic-curve key pairs take an imported private key. They hold one material for ever.

  Rule: The delete takes the private key away

    @DIKM-STATE-02
    Scenario Outline: The material of an enabled <kind> key is deleted
      Given <article> <kind> key with imported material
      When its imported material is deleted
      Then the call succeeds
      And the key becomes PendingImport
      But nothing else about the key changed

      Examples:
        | article | kind             |
        | an      | ECC_NIST_P256    |
        | an      | ECC_NIST_P384    |
        | an      | ECC_NIST_P521    |
        | an      | ECC_SECG_P256K1  |

    @DIKM-STATE-03
    Scenario: The material of an enabled RSA_4096 key is deleted
      Given an RSA_4096 key with imported material
      When its imported material is deleted
      Then the call succeeds
      And the key becomes PendingImport
      But nothing else about the key changed

    @DIKM-MATRIX-24 @OQ-11
    Scenario Outline: <operation> on an <kind> key <situation>
      Given an <kind> key <situation>
      When <operation> is called on the key
      Then the call is refused with KMSInvalidStateException
      And the message says "{key ARN} is pending import."
      And nothing about the key changed

      Examples: Signing keys
        | operation    | kind             | situation                  |
        | Sign         | ECC_NIST_P256    | without material           |
        | Sign         | ECC_NIST_P256    | whose material was deleted |
        | Verify       | ECC_NIST_P256    | whose material was deleted |
        | GetPublicKey | ECC_NIST_P256    | without material           |
        | GetPublicKey | ECC_NIST_P256    | whose material was deleted |
        | Sign         | ECC_SECG_P256K1  | whose material was deleted |
        | Verify       | ECC_SECG_P256K1  | whose material was deleted |
        | Sign         | RSA_2048 signing | whose material was deleted |
        | Verify       | RSA_2048 signing | whose material was deleted |

      Examples: Encryption keys
        | operation    | kind     | situation                  |
        | GetPublicKey | RSA_2048 | whose material was deleted |

    @DIKM-MATRIX-02
    Scenario Outline: <operation> on an RSA encryption key after the delete
      Given an RSA_2048 key with imported material
      And a ciphertext made with the key
      And its imported material was deleted
      When <operation> is called on the key
      Then the call is refused with KMSInvalidStateException
      And the message says "{key ARN} is pending import."

      Examples:
        | operation |
        | Encrypt   |
        | Decrypt   |

    @DIKM-DESC-06
    Scenario Outline: Metadata of an <kind> key after the delete
      Given an <kind> key with imported material
      When its imported material is deleted
      Then the key becomes PendingImport
      And DescribeKey shows
        | KeyState             | PendingImport |
        | Enabled              | false         |
        | ExpirationModel      | absent        |
        | CurrentKeyMaterialId | absent        |

      Examples:
        | kind          |
        | RSA_2048      |
        | ECC_NIST_P256 |

    @DIKM-DESC-03
    Scenario Outline: Metadata of an <kind> key after the import
      Given an <kind> key with imported material
      Then DescribeKey shows
        | KeyState             | Enabled                      |
        | Enabled              | true                         |
        | ExpirationModel      | KEY_MATERIAL_DOES_NOT_EXPIRE |
        | ValidTo              | absent                       |
        | CurrentKeyMaterialId | absent                       |

      Examples:
        | kind            |
        | RSA_4096        |
        | ECC_NIST_P256   |
        | ECC_SECG_P256K1 |

    @DIKM-DESC-01 @DIKM-ORIG-04 @C-14
    Scenario Outline: An <kind> key waits for its material
      Given an <kind> key without material
      Then DescribeKey shows
        | KeyState             | PendingImport |
        | Enabled              | false         |
        | Origin               | EXTERNAL      |
        | ExpirationModel      | absent        |
        | CurrentKeyMaterialId | absent        |

      Examples:
        | kind             |
        | RSA_2048         |
        | RSA_3072         |
        | RSA_4096         |
        | RSA_2048 signing |
        | ECC_NIST_P256    |
        | ECC_NIST_P384    |
        | ECC_NIST_P521    |
        | ECC_SECG_P256K1  |

  Rule: The same private key restores the key pair

    @DIKM-REIMP-01 @DIKM-REIMP-14
    Scenario: An old ciphertext decrypts after the reimport
      Given an RSA_2048 key with imported material
      And a ciphertext made with the key
      When its imported material is deleted
      And the same material is imported
      Then the call succeeds
      And the key becomes Enabled
      And the ciphertext made before decrypts

    @DIKM-REIMP-01 @DIKM-REIMP-16
    Scenario Outline: An old signature of an <kind> key verifies after the reimport
      Given an <kind> key with imported material
      And a signature made with the key
      When its imported material is deleted
      And the same material is imported
      Then the call succeeds
      And the key becomes Enabled
      And the signature made before verifies
      And GetPublicKey answers the public half of the imported private key

      Examples:
        | kind             |
        | RSA_2048 signing |
        | ECC_NIST_P256    |
        | ECC_NIST_P384    |
        | ECC_NIST_P521    |
        | ECC_SECG_P256K1  |

    @DIKM-REIMP-04
    Scenario Outline: Another private key into an <kind> key whose material was deleted
      Given an <kind> key whose material was deleted
      When other material is imported
      Then the call is refused with IncorrectKeyMaterialException
      And nothing about the key changed

      Examples:
        | kind            |
        | RSA_2048        |
        | ECC_NIST_P256   |
        | ECC_SECG_P256K1 |

    @DIKM-REIMP-15
    Scenario Outline: The public key of an <kind> key is the one of the imported private key
      Given an <kind> key with imported material
      Then GetPublicKey answers the public half of the imported private key

      Examples:
        | kind            |
        | RSA_2048        |
        | RSA_3072        |
        | RSA_4096        |
        | ECC_NIST_P256   |
        | ECC_NIST_P384   |
        | ECC_NIST_P521   |
        | ECC_SECG_P256K1 |

    @DIKM-REIMP-15
    Scenario Outline: A signature of an <kind> key verifies outside KMS
      Given an <kind> key with imported material
      And a signature made with the key
      Then the signature verifies under the imported private key's public half

      Examples:
        | kind             |
        | RSA_2048 signing |
        | ECC_NIST_P256    |
        | ECC_NIST_P384    |
        | ECC_NIST_P521    |
        | ECC_SECG_P256K1  |

  Rule: Private keys travel as PKCS 8

    @DIKM-REIMP-38 @DIKM-REIMP-34 @DIKM-REIMP-15
    Scenario Outline: An <kind> key takes a private key under <algorithm> and <wrapping key>
      Given an <kind> key without material
      When new material is imported, wrapped with <algorithm> under <wrapping key>
      Then the call succeeds
      And the key becomes Enabled
      And GetPublicKey answers the public half of the imported private key

      Examples: Short private keys
        | kind            | algorithm                | wrapping key |
        | ECC_NIST_P256   | RSAES_OAEP_SHA_256       | RSA_2048     |
        | ECC_NIST_P256   | RSAES_OAEP_SHA_1         | RSA_2048     |
        | ECC_NIST_P256   | RSA_AES_KEY_WRAP_SHA_256 | RSA_2048     |
        | ECC_NIST_P256   | RSA_AES_KEY_WRAP_SHA_1   | RSA_3072     |
        | ECC_NIST_P384   | RSAES_OAEP_SHA_1         | RSA_2048     |
        | ECC_NIST_P384   | RSAES_OAEP_SHA_256       | RSA_4096     |
        | ECC_NIST_P384   | RSA_AES_KEY_WRAP_SHA_256 | RSA_2048     |
        | ECC_SECG_P256K1 | RSAES_OAEP_SHA_1         | RSA_2048     |
        | ECC_SECG_P256K1 | RSAES_OAEP_SHA_256       | RSA_3072     |
        | ECC_SECG_P256K1 | RSA_AES_KEY_WRAP_SHA_1   | RSA_2048     |
        | ECC_NIST_P521   | RSAES_OAEP_SHA_256       | RSA_3072     |
        | ECC_NIST_P521   | RSAES_OAEP_SHA_256       | RSA_4096     |
        | ECC_NIST_P521   | RSAES_OAEP_SHA_1         | RSA_3072     |
        | ECC_NIST_P521   | RSA_AES_KEY_WRAP_SHA_256 | RSA_2048     |
        | ECC_NIST_P521   | RSA_AES_KEY_WRAP_SHA_1   | RSA_2048     |

      Examples: RSA private keys
        | kind     | algorithm                | wrapping key |
        | RSA_2048 | RSA_AES_KEY_WRAP_SHA_256 | RSA_2048     |
        | RSA_2048 | RSA_AES_KEY_WRAP_SHA_1   | RSA_2048     |
        | RSA_3072 | RSA_AES_KEY_WRAP_SHA_256 | RSA_3072     |
        | RSA_3072 | RSA_AES_KEY_WRAP_SHA_1   | RSA_4096     |
        | RSA_4096 | RSA_AES_KEY_WRAP_SHA_256 | RSA_4096     |
        | RSA_4096 | RSA_AES_KEY_WRAP_SHA_1   | RSA_2048     |

  Rule: One material, without type, id or description

    @DIKM-REIMP-07 @OQ-14 @probe
    Scenario Outline: An import type for an <kind> key is refused
      Given an <kind> key without material
      When new material is imported as NEW_KEY_MATERIAL
      Then the call is refused
      And the outcome answers OQ-14
      And nothing about the key changed

      Examples:
        | kind          |
        | RSA_2048      |
        | ECC_NIST_P256 |

    @DIKM-REIMP-12 @OQ-02 @probe
    Scenario: What an import into an elliptic-curve key names
      Given an ECC_NIST_P256 key without material
      When new material is imported
      Then the call succeeds
      And the answer's KeyMaterialId answers OQ-02

    @DIKM-WIRE-05 @OQ-02 @probe
    Scenario: What a delete from an elliptic-curve key names
      Given an ECC_NIST_P256 key with imported material
      When its imported material is deleted
      Then the call succeeds
      And the answer's KeyMaterialId answers OQ-02

    @DIKM-MATRIX-19 @DIKM-WIRE-10
    Scenario: RotateKeyOnDemand is refused without a message
      Given an RSA_2048 key with material made by AWS KMS
      When RotateKeyOnDemand is called on the key
      Then the call is refused with UnsupportedOperationException
      And the error has no message

    @DIKM-MATRIX-15
    Scenario: GetKeyRotationStatus of a key pair that AWS KMS made
      Given an RSA_2048 key with material made by AWS KMS
      When GetKeyRotationStatus is called on the key
      Then the call succeeds
      And the answer has
        | KeyRotationEnabled | false |

    @DIKM-MATRIX-22
    Scenario: An encryption key pair does not sign
      Given an RSA_2048 key with imported material
      When Sign is called on the key
      Then the call is refused with InvalidKeyUsageException
      And the message says "{key ARN} key usage is ENCRYPT_DECRYPT which is not valid for Sign."

    @DIKM-MATRIX-22
    Scenario: A signing key pair does not encrypt
      Given an RSA_2048 signing key with imported material
      When Encrypt is called on the key
      Then the call is refused with InvalidKeyUsageException
      And the message says "{key ARN} key usage is SIGN_VERIFY which is not valid for Encrypt."

    @DIKM-WIRE-10
    Scenario: A signature that does not fit is refused without a message
      Given an ECC_NIST_P256 key with imported material
      And a signature made with the key
      When Verify is called on the key with another message
      Then the call is refused with KMSInvalidSignatureException
      And the error has no message

    @probe @DIKM-REIMP-35 @OQ-17
    Scenario Outline: A <spec> key for imported material
      When <article> <spec> key without material is created
      Then the outcome answers OQ-17

      Examples:
        | article | spec                    |
        | an      | ML_DSA_44               |
        | an      | ECC_NIST_EDWARDS25519   |
