@core
Feature: Reimport
  A key is bound for ever to the material that was first imported into it.
  Deleting the material does not loosen that: the same bytes bring the key back, other bytes are refused.

  Rule: The same material restores the key

    @DIKM-REIMP-01 @DIKM-REIMP-14
    Scenario: From import to delete to reimport
      Given a symmetric key with imported material
      And a ciphertext made with the key
      When its imported material is deleted
      And the same material is imported
      Then the call succeeds
      And the key becomes Enabled
      And the ciphertext made before decrypts

    @DIKM-REIMP-14
    Scenario: A ciphertext made before is encrypted anew
      Given a symmetric key with imported material
      And a ciphertext made with the key
      And its imported material was deleted
      And the same material was imported again
      When ReEncrypt is called on the key
      Then the call succeeds
      And the answer has
        | KeyId          | the key's ARN |
        | CiphertextBlob | present       |

    @DIKM-REIMP-02
    Scenario: The same material is imported while the key is enabled
      Given a symmetric key with imported material
      And a ciphertext made with the key
      When the same material is imported
      Then the call succeeds
      And the key stays Enabled
      And nothing about the key changed
      And the ciphertext made before decrypts

    @DIKM-REIMP-10
    Scenario: A material keeps its id when it is imported again
      Given a symmetric key whose material was deleted
      When the same material is imported
      Then the answer has
        | KeyMaterialId | the id of the material |
      And DescribeKey shows
        | CurrentKeyMaterialId | the id of the material |

    @DIKM-REIMP-10 @DIKM-DESC-02
    Scenario: The same material has another id in another key
      Given a symmetric key with imported material
      And another symmetric key with the same material
      Then the two keys show different CurrentKeyMaterialIds

    @DIKM-REIMP-17
    Scenario: A ciphertext is bound to its key, not to its material
      Given a symmetric key with imported material
      And another symmetric key with the same material
      And a ciphertext made with the key
      When Decrypt is called on the other key
      Then the call is refused

    @DIKM-REIMP-38
    Scenario: Another wrapping serves as well for the reimport
      Given a symmetric key whose material was deleted
      When the same material is imported, wrapped with RSAES_OAEP_SHA_1 under RSA_3072
      Then the call succeeds
      And the key becomes Enabled

  Rule: Other material is refused

    @DIKM-REIMP-04
    Scenario Outline: Other material into a key <situation>
      Given a symmetric key <situation>
      When other material is imported
      Then the call is refused with IncorrectKeyMaterialException
      And nothing about the key changed

      Examples:
        | situation                  |
        | with imported material     |
        | whose material was deleted |

    @DIKM-REIMP-04 @DIKM-REIMP-06
    Scenario: Other material as existing material
      Given a symmetric key whose material was deleted
      When other material is imported as EXISTING_KEY_MATERIAL
      Then the call is refused with IncorrectKeyMaterialException
      And nothing about the key changed

    @DIKM-REIMP-05
    Scenario Outline: The known material as new material into a key <situation>
      Given a symmetric key <situation>
      When the same material is imported as NEW_KEY_MATERIAL
      Then the call is refused with IncorrectKeyMaterialException
      And nothing about the key changed

      Examples:
        | situation                  |
        | with imported material     |
        | whose material was deleted |

    @DIKM-REIMP-01 @DIKM-REIMP-04
    Scenario: After other material was refused the same material still restores the key
      Given a symmetric key whose material was deleted
      And an import of other material was refused
      When the same material is imported
      Then the call succeeds
      And the key becomes Enabled

  Rule: The import type may be left out

    @DIKM-REIMP-06
    Scenario: The first import is a new material
      Given a symmetric key without material
      When new material is imported
      Then the call succeeds
      And the key becomes Enabled

    @DIKM-REIMP-06
    Scenario: The first import may say that the material is new
      Given a symmetric key without material
      When new material is imported as NEW_KEY_MATERIAL
      Then the call succeeds
      And the key becomes Enabled

    @DIKM-REIMP-06
    Scenario: A later import may say that the material exists
      Given a symmetric key whose material was deleted
      When the same material is imported as EXISTING_KEY_MATERIAL
      Then the call succeeds
      And the key becomes Enabled

    @DIKM-REIMP-09
    Scenario: A reimport may name the material
      Given a symmetric key whose material was deleted
      When the same material is imported, naming its id
      Then the call succeeds
      And the key becomes Enabled

    @DIKM-REIMP-09 @OQ-14 @probe
    Scenario: A reimport that names the wrong material is refused
      Given a symmetric key whose material was deleted
      When the same material is imported, naming another id
      Then the call is refused
      And the outcome answers OQ-14
      And nothing about the key changed

    @DIKM-REIMP-08 @OQ-14 @probe
    Scenario: A new material that names an id is refused
      Given a symmetric key without material
      When new material is imported as NEW_KEY_MATERIAL, naming an id
      Then the call is refused
      And the outcome answers OQ-14
      And nothing about the key changed

  Rule: What the answers name

    @DIKM-REIMP-11
    Scenario: The import answers with the key's ARN and the material
      Given a symmetric key without material
      When new material is imported
      Then the answer has
        | KeyId         | the key's ARN          |
        | KeyMaterialId | 64 hexadecimal digits  |

    @DIKM-REIMP-18
    Scenario: The parameters for import
      Given a symmetric key without material
      When GetParametersForImport is called on the key
      Then the answer has
        | KeyId             | the key's ARN           |
        | ImportToken       | present                 |
        | PublicKey         | an RSA_2048 public key  |
        | ParametersValidTo | present                 |

    @DIKM-REIMP-19
    Scenario: The parameters for import tell that they are valid for a day
      Given a symmetric key without material
      When GetParametersForImport is called on the key
      Then the answer has
        | ParametersValidTo | a time 24 hours from now |

  Rule: The state the key is in

    @DIKM-REIMP-39 @C-05
    Scenario Outline: An import into a key <situation>
      Given a symmetric key <situation>
      When <material> material is imported
      Then the call succeeds
      And the key becomes Enabled

      Examples:
        | situation              | material |
        | without material       | new      |
        | with imported material | the same |

    @probe @DIKM-REIMP-40 @OQ-06
    Scenario: A reimport into a disabled key that has its material
      Given a symmetric key with imported material that is disabled
      When the same material is imported
      Then the key's state answers OQ-06
