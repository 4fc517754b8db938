Feature: Contradictions
  Where two texts of AWS disagree, or a text and a recording of real AWS. Each of these scenarios says what both sides
  hold, and records which one the target follows; neither is a divergence here. Where the contract has taken a side, a
  scenario of another feature holds targets to it.

  @core
  Rule: How a refusal arrives

    @probe @contradiction @C-02 @DIKM-WIRE-11
    Scenario Outline: The HTTP status of <error>
      The API reference and all recordings say that every error of the caller has status 400. The model that AWS
      publishes gives many errors 409, and NotFoundException 404.

      Given a symmetric key <situation>
      When Encrypt is called with <identifier>
      Then the HTTP status answers C-02

      Examples:
        | error                    | situation                               | identifier                   |
        | KMSInvalidStateException | without material                        | the key's id                 |
        | DisabledException        | with imported material that is disabled | the key's id                 |
        | NotFoundException        | without material                        | a key id that does not exist |

    @probe @contradiction @C-17 @DIKM-WIRE-09
    Scenario: The member that holds the text of UnsupportedOperationException
      Recordings show it in message. An emulator that quotes AWS has it in Message.

      Given a symmetric key with material made by AWS KMS
      When GetParametersForImport is called on the key
      Then the answer's error text answers C-17

    @probe @contradiction @C-16 @DIKM-IDENT-03
    Scenario Outline: The refusal of <operation> by alias
      On AWS an alias where only a key id or key ARN is allowed gives InvalidArnException. Another project's tests claim
      NotFoundException.

      Given a symmetric key with imported material
      And the key has an alias
      When <operation> is called with an alias of the key
      Then the outcome answers C-16

      Examples:
        | operation                 |
        | DeleteImportedKeyMaterial |
        | EnableKeyRotation         |

    @probe @contradiction @C-07 @DIKM-MATRIX-04
    Scenario Outline: The refusal of <operation> on a key pending deletion
      The documentation allows DisabledException and KMSInvalidStateException. Recordings show only
      KMSInvalidStateException.

      Given a symmetric key with imported material
      And a ciphertext made with the key
      And the key is scheduled for deletion
      When <operation> is called on the key
      Then the outcome answers C-07

      Examples:
        | operation       |
        | Encrypt         |
        | Decrypt         |
        | GenerateDataKey |

  @core
  Rule: What answers show

    @probe @contradiction @C-08 @DIKM-WIRE-04
    Scenario Outline: The key that the answer of <operation> names
      The samples of the API reference show a bare key id. Its prose, and recordings, have the key ARN.

      Given a symmetric key with imported material
      When <operation> is called with the key's id
      Then the answer's KeyId answers C-08

      Examples:
        | operation                 |
        | DeleteImportedKeyMaterial |
        | GetParametersForImport    |
        | ScheduleKeyDeletion       |

    @probe @contradiction @C-03 @DIKM-DESC-01
    Scenario Outline: ExpirationModel of a key <situation>
      The API reference says that it is present whenever the origin is EXTERNAL. Recordings show it absent while there
      is no material.

      Given a symmetric key <situation>
      When DescribeKey is called on the key
      Then the described ExpirationModel answers C-03

      Examples:
        | situation                  |
        | without material           |
        | whose material was deleted |

    @probe @contradiction @C-04 @DIKM-DESC-05
    Scenario: CurrentKeyMaterialId after the delete
      A recording shows the id of the deleted material still there. No page says so, and several emulators clear it.

      Given a symmetric key whose material was deleted
      When DescribeKey is called on the key
      Then the described CurrentKeyMaterialId answers C-04

  @core
  Rule: When material can be imported

    @probe @contradiction @C-05 @DIKM-REIMP-39
    Scenario Outline: An import into a key <situation>
      ImportKeyMaterial is said to work in PendingImport and Enabled, by the text of its KeyId in PendingImport only,
      and by the table of key states in Disabled, too.

      Given a symmetric key <situation>
      When the same material is imported
      Then the outcome answers C-05

      Examples:
        | situation                               |
        | with imported material                  |
        | with imported material that is disabled |

    @probe @contradiction @C-06 @DIKM-REIMP-03
    Scenario: Material gets a date without being deleted first
      The current guide, and recorded runs, reimport in place. The guide of 2023, and still the text of ValidTo, say
      that material has to be deleted and reimported.

      Given a symmetric key with imported material
      When the same material is imported, expiring in 30 days
      Then the outcome answers C-06

  Rule: Which keys can have imported material

    @probe @contradiction @C-14 @DIKM-ORIG-04
    Scenario Outline: The creation of <article> <kind> key without material
      The text of Origin allows EXTERNAL for symmetric keys only. The text of CreateKey, and recordings, have RSA,
      elliptic-curve and HMAC keys as well.

      When <article> <kind> key without material is created
      Then the outcome answers C-14

      @asymmetric
      Examples:
        | article | kind             |
        | an      | RSA_2048         |
        | an      | RSA_2048 signing |
        | an      | ECC_NIST_P256    |

      @hmac
      Examples:
        | article | kind     |
        | an      | HMAC_256 |

    @asymmetric @probe @contradiction @C-20 @DIKM-REIMP-38
    Scenario Outline: <algorithm> for <kind> key
      The API reference and the current guide wrap private keys with it. The guide of 2023 knows symmetric material
      only.

      Given <kind> key without material
      When GetParametersForImport is called on the key for <algorithm> and RSA_4096
      Then the outcome answers C-20

      Examples:
        | kind             | algorithm                |
        | an RSA_2048      | RSA_AES_KEY_WRAP_SHA_256 |
        | an ECC_NIST_P256 | RSA_AES_KEY_WRAP_SHA_256 |
        | an ECC_NIST_P256 | RSAES_OAEP_SHA_256       |

  @rotation
  Rule: Rotation of keys

    @probe @contradiction @C-10 @DIKM-MULTI-24
    Scenario: An eleventh rotation on demand
      The current API reference and guide allow 25 rotations on demand of a key, so the eleventh succeeds. Texts and a
      recording of early 2025 allow 10, so it gives LimitExceededException.

      Given a symmetric key with material made by AWS KMS
      And the key was rotated 10 times
      When RotateKeyOnDemand is called on the key
      Then the outcome answers C-10

    @probe @contradiction @C-15 @DIKM-MULTI-05
    Scenario: A rotation on demand of a key with imported material
      A recording of March 2025 shows UnsupportedOperationException. Since June 2025 the documentation allows it.

      Given a symmetric key with imported material
      And a second material pending rotation
      When RotateKeyOnDemand is called on the key
      Then the outcome answers C-15

    @probe @contradiction @C-15 @DIKM-MATRIX-14
    Scenario: The rotation status of a key with imported material
      The documentation points users of imported keys to GetKeyRotationStatus. The table of key states forbids it for
      them.

      Given a symmetric key with imported material
      When GetKeyRotationStatus is called on the key
      Then the outcome answers C-15

    @probe @contradiction @C-09 @DIKM-MULTI-18
    Scenario: The member of ListKeyRotations that tells the state of a material
      The sample of the API reference calls it KeyMaterialType. No shape has that member; the shape of an entry has
      KeyMaterialState.

      Given a symmetric key with imported material
      When ListKeyRotations is called on the key for all key material
      Then which of KeyMaterialState and KeyMaterialType the entry of the first material has answers C-09

  @multi-region
  Rule: Several materials of a multi-Region key

    @probe @contradiction @C-12 @DIKM-MRK-08
    Scenario: A second material for a multi-Region key
      The guide of mid-2025 says that a multi-Region key holds one material. Since the release of 2025-11-21 a
      symmetric one can hold several.

      Given a multi-Region symmetric key with imported material
      When a second material is imported as NEW_KEY_MATERIAL
      Then the outcome answers C-12

    @probe @contradiction @C-11 @DIKM-MRK-09
    Scenario: A rotation on demand of a multi-Region key with imported material
      The text of KeyId of RotateKeyOnDemand excludes multi-Region keys with imported material. The text of the
      operation, and the release of 2025-11-21, include them.

      Given a multi-Region symmetric key with imported material
      And a second material pending rotation
      When RotateKeyOnDemand is called on the key
      Then the outcome answers C-11

  @authorization
  Rule: Policies and refusals for want of permission

    @probe @contradiction @C-18 @DIKM-AUTH-10
    Scenario: What the statement of the default key policy is called
      The documentation calls it "Enable IAM policies". Recordings show "Enable IAM User Permissions".

      Given a symmetric key without material
      When GetKeyPolicy is called on the key
      Then the Sid of the policy's statement answers C-18

    @probe @contradiction @C-17 @DIKM-WIRE-09
    Scenario: The member that holds the text of AccessDeniedException
      Recordings of other errors show it in message. An emulator that quotes AWS has it in Message.

      Given a symmetric key with imported material
      When the restricted caller calls Encrypt on the key
      Then the answer's error text answers C-17
