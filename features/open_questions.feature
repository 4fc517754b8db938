Feature: Open questions
  What no source says about AWS KMS. These scenarios judge nothing: each records what the target does, under a name that
  targets can be compared by, so that a run on real AWS answers the question. Other features ask more of them, next to
  what is known.

  Rule: How long, and how, a key without material refuses use

    @core @probe @DIKM-STATE-21 @OQ-34
    Scenario: How long the key can still be used after the delete
      Given a symmetric key with imported material
      When its imported material is deleted
      Then the delay until Encrypt on the key is refused answers OQ-34

    @core @probe @DIKM-STATE-21 @OQ-34
    Scenario: How long ciphertexts can still be decrypted after the delete
      Given a symmetric key with imported material
      And a ciphertext made with the key
      When its imported material is deleted
      Then the delay until Decrypt on the key is refused answers OQ-34

    @probe @DIKM-MATRIX-24 @OQ-11
    Scenario Outline: The refusal of <operation> on an <kind> key <situation>
      Given an <kind> key <situation>
      When <operation> is called on the key
      Then the outcome answers OQ-11

      @asymmetric
      Examples:
        | operation    | kind          | situation                  |
        | Sign         | ECC_NIST_P256 | without material           |
        | Verify       | ECC_NIST_P256 | whose material was deleted |
        | GetPublicKey | ECC_NIST_P256 | without material           |
        | GetPublicKey | RSA_2048      | whose material was deleted |

      @hmac
      Examples:
        | operation   | kind     | situation                  |
        | GenerateMac | HMAC_256 | without material           |
        | VerifyMac   | HMAC_256 | whose material was deleted |

  @core
  Rule: Whether an import enables a key that was disabled

    @probe @DIKM-STATE-06 @OQ-06
    Scenario: A reimport into a key that was disabled before its material was deleted
      Given a symmetric key with imported material that is disabled
      And its imported material was deleted
      When the same material is imported
      Then the key's state answers OQ-06

  @core
  Rule: What the errors of an import say

    @probe @DIKM-REIMP-04 @OQ-13
    Scenario: The message about material that is not the key's
      Given a symmetric key whose material was deleted
      When other material is imported
      Then the message answers OQ-13

    @probe @DIKM-REIMP-22 @OQ-13
    Scenario Outline: The message about a token that is <token>
      Given a symmetric key without material
      When new material is imported with a token that is <token>
      Then the message answers OQ-13

      Examples:
        | token     |
        | garbage   |
        | truncated |
        | altered   |

    @probe @DIKM-REIMP-21 @OQ-13
    Scenario: The message about a token of another key
      Given a symmetric key without material
      And another symmetric key without material
      When new material is imported with a token of the other key
      Then the message answers OQ-13

    @probe @clock @DIKM-REIMP-23 @OQ-13
    Scenario: The message about a token that has expired
      Given a symmetric key without material
      And parameters for import fetched for the key
      When 25 hours pass
      And new material is imported with the parameters fetched before
      Then the message answers OQ-13

  @core
  Rule: Whether an older token still serves

    @probe @DIKM-REIMP-26 @OQ-15
    Scenario: A token is used after newer parameters were fetched
      Given a symmetric key without material
      And parameters for import fetched for the key
      When GetParametersForImport is called on the key
      And new material is imported with the parameters fetched before
      Then the outcome answers OQ-15

  @core
  Rule: Which of two faults an import reports

    @probe @DIKM-ORIG-11 @OQ-31
    Scenario Outline: Two faults of a first import: <import>
      Given a symmetric key without material
      When <import>
      Then the outcome answers OQ-31

      Examples:
        | import                                                                                  |
        | new material is imported without saying whether it expires with a token that is garbage |
        | new material is imported without saying whether it expires, altered after wrapping      |
        | new material is imported, expiring an hour ago, of 16 bytes                             |
        | new material is imported, altered after wrapping with a token that is garbage           |
        | new material is imported, of 16 bytes with a token that is altered                      |

    @probe @DIKM-ORIG-11 @OQ-31
    Scenario Outline: Material that is not the key's and another fault: <import>
      Given a symmetric key whose material was deleted
      When <import>
      Then the outcome answers OQ-31

      Examples:
        | import                                                       |
        | other material is imported with a token that is garbage      |
        | other material is imported without saying whether it expires |
        | other material is imported, altered after wrapping           |
        | other material is imported, naming another id                |

    @probe @DIKM-ORIG-11 @OQ-31
    Scenario Outline: A key pending deletion and another fault: <import>
      Given a symmetric key without material
      And parameters for import fetched for the key
      And the key is scheduled for deletion
      When <import>
      Then the outcome answers OQ-31

      Examples:
        | import                                                                                        |
        | new material is imported with the parameters fetched before with a token that is garbage      |
        | new material is imported with the parameters fetched before, altered after wrapping           |
        | new material is imported with the parameters fetched before without saying whether it expires |

    @probe @DIKM-ORIG-11 @OQ-31
    Scenario Outline: A key that AWS KMS made and another fault: <import>
      Given a symmetric key with material made by AWS KMS
      And another symmetric key without material
      When <import>
      Then the outcome answers OQ-31

      Examples:
        | import                                                                                   |
        | new material is imported with a token of the other key                                   |
        | new material is imported with a token of the other key without saying whether it expires |
        | new material is imported with a token of the other key, altered after wrapping           |

    @probe @clock @DIKM-ORIG-11 @OQ-31
    Scenario: An import of an altered blob with a token that has expired
      Given a symmetric key without material
      And parameters for import fetched for the key
      When 25 hours pass
      And new material is imported with the parameters fetched before, altered after wrapping
      Then the outcome answers OQ-31

  @authorization
  Rule: Whether a missing permission is reported before another fault

    @probe @DIKM-ORIG-11 @OQ-31
    Scenario Outline: A caller whom nothing permits it and another fault: <import>
      Given a symmetric key whose material was deleted
      When <import>
      Then the outcome answers OQ-31

      Examples:
        | import                                                                            |
        | the restricted caller imports the same material with a token that is garbage      |
        | the restricted caller imports the same material without saying whether it expires |
        | the restricted caller imports the same material, altered after wrapping           |

  @core
  Rule: Whether the origin or the state of a key is reported

    @probe @DIKM-ORIG-08 @OQ-29
    Scenario Outline: The refusal of the delete on a key that AWS KMS made and that is <state>
      Given a symmetric key with material made by AWS KMS that is <state>
      When its imported material is deleted
      Then the outcome answers OQ-29

      Examples:
        | state                  |
        | disabled               |
        | scheduled for deletion |

  @core
  Rule: How a request that cannot be read is refused

    @probe @DIKM-WIRE-17 @OQ-04
    Scenario Outline: The refusal of a delete that is sent <how>
      Given a symmetric key with imported material
      When the delete is sent <how>
      Then the outcome answers OQ-04

      Examples:
        | how                               |
        | with a target that does not exist |
        | with a body that is not JSON      |
        | with a body that is cut off       |
        | with a number as KeyId            |
        | with a list as KeyId              |

  @core
  Rule: How a malformed material id is refused

    @probe @DIKM-IDENT-16 @DIKM-IDENT-17 @OQ-33
    Scenario Outline: The text about a material id of <form>
      Given a symmetric key with imported material
      When DeleteImportedKeyMaterial is called with a material id of <form>
      Then the text about the material id answers OQ-33

      Examples:
        | form                             |
        | 63 hexadecimal digits            |
        | 65 hexadecimal digits            |
        | 64 upper-case hexadecimal digits |
        | 64 characters, one of them g     |
        | no characters                    |

  @expiration
  Rule: Whether the date of deleted material is still shown

    @probe @DIKM-DESC-07 @OQ-12
    Scenario Outline: <member> after the delete of material that expires
      Given a symmetric key with imported material that expires in 30 days
      And its imported material was deleted
      When DescribeKey is called on the key
      Then the described <member> answers OQ-12

      Examples:
        | member          |
        | ExpirationModel |
        | ValidTo         |

  @rotation
  Rule: What a delete does to a key that waits already

    @probe @DIKM-STATE-14 @OQ-08
    Scenario: The delete of another material of a key that waits already
      Given a symmetric key with imported material
      And a second material that the key was rotated to
      And the first material was deleted
      When the second material is deleted by its id
      Then the outcome answers OQ-08
      And the second material's ImportState answers OQ-08

    @probe @DIKM-MULTI-28 @OQ-08
    Scenario: The delete that names no material of a key whose current one is gone
      Given a symmetric key with imported material
      And a second material that the key was rotated to
      And the second material was deleted
      When its imported material is deleted
      Then the outcome answers OQ-08
      And the first material's ImportState answers OQ-08
