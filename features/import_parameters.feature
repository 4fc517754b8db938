@core
Feature: Import parameters
  Material travels wrapped under a public key that KMS hands out together with an import token.
  The pair belongs to one key and lives a day.

  Rule: The token belongs to its key and its wrapping key

    @DIKM-REIMP-21
    Scenario: A token of another key is refused
      Given a symmetric key without material
      And another symmetric key without material
      When new material is imported with a token of the other key
      Then the call is refused with InvalidImportTokenException
      And nothing about the key changed

    @DIKM-REIMP-22
    Scenario Outline: A token that is <token> is refused
      Given a symmetric key without material
      When new material is imported with a token that is <token>
      Then the call is refused with InvalidImportTokenException
      And nothing about the key changed

      Examples:
        | token     |
        | garbage   |
        | truncated |
        | altered   |

    @DIKM-REIMP-20
    Scenario: A wrapping key that does not belong to the token is refused
      Given a symmetric key without material
      When new material is imported, wrapped for an older token
      Then the call is refused
      And nothing about the key changed

    @DIKM-REIMP-20 @by-analogy
    Scenario: The code of the refusal of a wrapping key that does not belong to the token
      Given a symmetric key without material
      When new material is imported, wrapped for an older token
      Then the call is refused with InvalidCiphertextException

    @DIKM-REIMP-23 @clock
    Scenario: An expired token is refused
      Given a symmetric key without material
      And parameters for import fetched for the key
      When 25 hours pass
      And new material is imported with the parameters fetched before
      Then the call is refused with ExpiredImportTokenException
      And the key stays PendingImport

    @DIKM-REIMP-19 @clock
    Scenario: A token lives almost a day
      Given a symmetric key without material
      And parameters for import fetched for the key
      When 23 hours pass
      And new material is imported with the parameters fetched before
      Then the call succeeds

    @DIKM-REIMP-24
    Scenario: A refused import does not use the token up
      Given a symmetric key without material
      And parameters for import fetched for the key
      And an import of new material with the parameters fetched before, without saying whether it expires was refused
      When new material is imported with the parameters fetched before
      Then the call succeeds
      And the key becomes Enabled

    @DIKM-REIMP-26
    Scenario: A newer token leaves the older one valid
      Given a symmetric key without material
      And parameters for import fetched for the key
      When GetParametersForImport is called on the key
      And new material is imported with the parameters fetched before
      Then the call succeeds

    @probe @DIKM-REIMP-25 @OQ-15
    Scenario: A token is used again after a successful import
      Given a symmetric key without material
      And parameters for import fetched for the key
      When new material is imported with the parameters fetched before
      And the same material is imported with the parameters fetched before
      Then the outcome answers OQ-15

    @probe @DIKM-REIMP-27 @OQ-15
    Scenario: A token fetched before the delete is used after it
      Given a symmetric key with imported material
      And parameters for import fetched for the key
      When its imported material is deleted
      And the same material is imported with the parameters fetched before
      Then the outcome answers OQ-15

  Rule: What is not wrapped rightly is refused and changes nothing

    @DIKM-REIMP-28
    Scenario Outline: A blob <blob> is refused
      Given a symmetric key without material
      When new material is imported, <blob>
      Then the call is refused with InvalidCiphertextException
      And nothing about the key changed

      Examples:
        | blob                                    |
        | wrapped with another hash than was asked |
        | altered after wrapping                  |

    @DIKM-REIMP-28 @DIKM-REIMP-04
    Scenario: A blob altered after wrapping leaves a deleted key as it was
      Given a symmetric key whose material was deleted
      When the same material is imported, altered after wrapping
      Then the call is refused with InvalidCiphertextException
      And nothing about the key changed

    @DIKM-REIMP-29
    Scenario: A blob that does not fit the wrapping key is refused
      Given a symmetric key without material
      When new material is imported, truncated after wrapping
      Then the call is refused with ValidationException
      And the message says "Invalid encrypted key size."
      And nothing about the key changed

    @DIKM-REIMP-31
    Scenario Outline: <member> of <length> bytes is refused
      Given a symmetric key without material
      When new material is imported with <member> of <length> bytes
      Then the call is refused
      And nothing about the key changed

      Examples:
        | member               | length |
        | EncryptedKeyMaterial | 0      |
        | EncryptedKeyMaterial | 6145   |
        | ImportToken          | 0      |
        | ImportToken          | 6145   |

    @DIKM-REIMP-31 @by-analogy
    Scenario Outline: The code of the refusal of <member> of <length> bytes
      Given a symmetric key without material
      When new material is imported with <member> of <length> bytes
      Then the call is refused with ValidationException

      Examples:
        | member               | length |
        | EncryptedKeyMaterial | 0      |
        | EncryptedKeyMaterial | 6145   |
        | ImportToken          | 0      |
        | ImportToken          | 6145   |

    @probe @DIKM-REIMP-30 @OQ-16
    Scenario Outline: Material of the wrong form: <form>
      Given <kind> key without material
      When new material is imported, <form>
      Then the outcome answers OQ-16
      And nothing about the key changed

      Examples:
        | kind             | form                           |
        | a symmetric      | of 16 bytes                    |
        | a symmetric      | of 33 bytes                    |
        | an HMAC_256      | of 31 bytes                    |
        | an RSA_2048      | in PKCS #1                     |
        | an RSA_2048      | of another key spec            |
        | an ECC_NIST_P256 | of another key spec            |
        | an ECC_NIST_P256 | that is not a private key      |

  Rule: Which wrapping fits which key
    RSAES_OAEP wraps what is short enough for the wrapping key; RSA_AES_KEY_WRAP wraps private keys.

    @DIKM-REIMP-32 @DIKM-REIMP-38
    Scenario Outline: A symmetric key takes material under <algorithm> and <wrapping key>
      Given a symmetric key without material
      When new material is imported, wrapped with <algorithm> under <wrapping key>
      Then the call succeeds
      And the key becomes Enabled
      And Encrypt on the key succeeds

      Examples:
        | algorithm          | wrapping key |
        | RSAES_OAEP_SHA_256 | RSA_2048     |
        | RSAES_OAEP_SHA_256 | RSA_3072     |
        | RSAES_OAEP_SHA_256 | RSA_4096     |
        | RSAES_OAEP_SHA_1   | RSA_2048     |
        | RSAES_OAEP_SHA_1   | RSA_3072     |
        | RSAES_OAEP_SHA_1   | RSA_4096     |

    @probe @DIKM-REIMP-36 @OQ-18
    Scenario: RSAES_PKCS1_V1_5 is no longer offered
      Given a symmetric key without material
      When GetParametersForImport is called on the key for RSAES_PKCS1_V1_5 and RSA_2048
      Then the call is refused
      And the outcome answers OQ-18

    @probe @DIKM-REIMP-36 @OQ-18
    Scenario Outline: <algorithm> under <wrapping key> is not for <kind> key
      Given <kind> key without material
      When GetParametersForImport is called on the key for <algorithm> and <wrapping key>
      Then the outcome answers OQ-18

      Examples:
        | kind             | algorithm                | wrapping key |
        | a symmetric      | RSA_AES_KEY_WRAP_SHA_256 | RSA_2048     |
        | an HMAC_256      | RSA_AES_KEY_WRAP_SHA_1   | RSA_3072     |
        | an RSA_2048      | RSAES_OAEP_SHA_256       | RSA_4096     |
        | an ECC_NIST_P521 | RSAES_OAEP_SHA_256       | RSA_2048     |

    @DIKM-MATRIX-13
    Scenario: Parameters for import of a key whose material AWS KMS made
      Given a symmetric key with material made by AWS KMS
      When GetParametersForImport is called on the key
      Then the call is refused with UnsupportedOperationException
      And the message says "{key ARN} origin is AWS_KMS which is not valid for this operation."
      And nothing about the key changed

  Rule: A material of a symmetric key can be described

    @DIKM-REIMP-13
    Scenario Outline: A description that is <what> is refused
      Given a symmetric key without material
      When new material is imported with a description that is <what>
      Then the call is refused
      And nothing about the key changed

      Examples:
        | what                       |
        | longer than 256 characters |
        | made of other characters   |

    @DIKM-REIMP-13 @by-analogy
    Scenario Outline: The code of the refusal of a description that is <what>
      Given a symmetric key without material
      When new material is imported with a description that is <what>
      Then the call is refused with ValidationException

      Examples:
        | what                       |
        | longer than 256 characters |
        | made of other characters   |

    @DIKM-REIMP-13
    Scenario: A description of 256 characters is accepted
      Given a symmetric key without material
      When new material is imported with a description that is 256 characters long
      Then the call succeeds
      And the key becomes Enabled

    @DIKM-ORIG-11 @DIKM-EXP-01
    Scenario: A good token and blob do not excuse a missing expiry date
      Given a symmetric key without material
      When new material is imported without saying whether it expires
      Then the call is refused with ValidationException
      And nothing about the key changed
