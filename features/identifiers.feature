@core
Feature: Key identifiers
  DeleteImportedKeyMaterial takes a key id or a key ARN, and nothing else.
  Most refusals were recorded for DescribeKey; that the delete words them alike is an analogy.

  Rule: A key id and a key ARN name a key

    @DIKM-IDENT-01 @DIKM-WIRE-04
    Scenario Outline: The delete by <identifier>
      Given a symmetric key with imported material
      When DeleteImportedKeyMaterial is called with <identifier>
      Then the call succeeds
      And the key becomes PendingImport
      And the answer has
        | KeyId | the key's ARN |

      Examples:
        | identifier    |
        | the key's id  |
        | the key's ARN |

  Rule: An alias does not name a key to be emptied

    @DIKM-IDENT-03 @C-16
    Scenario Outline: <operation> by <identifier>
      Given a symmetric key with imported material
      And the key has an alias
      When <operation> is called with <identifier>
      Then the call <outcome>
      And nothing about the key changed

      Examples: What is documented
        | operation                 | identifier                     | outcome    |
        | DeleteImportedKeyMaterial | an alias of the key            | is refused |
        | DeleteImportedKeyMaterial | the ARN of an alias of the key | is refused |
        | GetParametersForImport    | an alias of the key            | is refused |

      Examples: What was recorded
        | operation    | identifier          | outcome                             |
        | GetKeyPolicy | an alias of the key | is refused with InvalidArnException |

    @DIKM-IDENT-03 @by-analogy
    Scenario Outline: The words of the refusal of <operation> by <identifier>
      Given a symmetric key with imported material
      And the key has an alias
      When <operation> is called with <identifier>
      Then the call is refused with InvalidArnException
      And the message says "Key Aliases are not supported for this operation."

      Examples:
        | operation                 | identifier                     |
        | DeleteImportedKeyMaterial | an alias of the key            |
        | DeleteImportedKeyMaterial | the ARN of an alias of the key |
        | GetParametersForImport    | an alias of the key            |

    @DIKM-IDENT-04
    Scenario: An alias that does not exist, for an operation that takes aliases
      Given a symmetric key with imported material
      When DescribeKey is called with an alias that does not exist
      Then the call is refused with NotFoundException
      And the message says "Alias {alias ARN} is not found."

  Rule: What does not exist is not found

    @DIKM-IDENT-05 @DIKM-IDENT-06 @DIKM-IDENT-07
    Scenario Outline: DescribeKey by <identifier>
      Given a symmetric key with imported material
      When DescribeKey is called with <identifier>
      Then the call is refused with NotFoundException
      And the message says "Key '{missing ARN}' does not exist"

      Examples:
        | identifier                         |
        | a key id that does not exist       |
        | the ARN of a key that does not exist |
        | an mrk- key id that does not exist |

    @DIKM-IDENT-05 @DIKM-IDENT-06 @DIKM-IDENT-07 @by-analogy
    Scenario Outline: The delete by <identifier>, which names nothing
      Given a symmetric key with imported material
      When DeleteImportedKeyMaterial is called with <identifier>
      Then the call is refused with NotFoundException
      And the message says "Key '{missing ARN}' does not exist"
      And nothing about the key changed

      Examples:
        | identifier                         |
        | a key id that does not exist       |
        | the ARN of a key that does not exist |
        | an mrk- key id that does not exist |

    @DIKM-IDENT-08 @DIKM-ORIG-06
    Scenario Outline: DescribeKey by <identifier>, which is no key id
      Given a symmetric key with imported material
      When DescribeKey is called with <identifier>
      Then the call is refused with NotFoundException
      And the message says "Invalid keyId '{identifier}'"

      Examples:
        | identifier                  |
        | the text "fake-key-id"      |
        | the key's id without dashes |
        | the text "mrk-fake-key-id"  |

    @DIKM-IDENT-08 @DIKM-ORIG-06 @by-analogy
    Scenario Outline: The delete by <identifier>, which is no key id
      Given a symmetric key with imported material
      When DeleteImportedKeyMaterial is called with <identifier>
      Then the call is refused with NotFoundException
      And the message says "Invalid keyId '{identifier}'"
      And nothing about the key changed

      Examples:
        | identifier                  |
        | the text "fake-key-id"      |
        | the key's id without dashes |
        | the text "mrk-fake-key-id"  |

  Rule: A key is found in its own Region only

    @DIKM-IDENT-09
    Scenario: DescribeKey by the id of a key in another Region
      Given a symmetric key with imported material
      When DescribeKey is called in the other Region with the key's id
      Then the call is refused with NotFoundException
      And the message says "Key '{missing ARN}' does not exist"

    @DIKM-IDENT-10
    Scenario: DescribeKey by the ARN of a key in another Region
      Given a symmetric key with imported material
      When DescribeKey is called in the other Region with the key's ARN
      Then the call is refused with NotFoundException
      And the message says "Invalid arn {Region of the key}"

    @DIKM-IDENT-09 @DIKM-IDENT-10 @by-analogy
    Scenario Outline: The delete in another Region by <identifier>
      Given a symmetric key with imported material
      When DeleteImportedKeyMaterial is called in the other Region with <identifier>
      Then the call is refused with NotFoundException
      And nothing about the key changed

      Examples:
        | identifier    |
        | the key's id  |
        | the key's ARN |

    @probe @DIKM-IDENT-11 @DIKM-IDENT-12 @OQ-32
    Scenario Outline: <identifier>
      Given a symmetric key with imported material
      When DeleteImportedKeyMaterial is called with <identifier>
      Then the outcome answers OQ-32
      And nothing about the key changed

      Examples:
        | identifier                          |
        | the key's ARN in another partition  |
        | the key's ARN in another service    |
        | the key's ARN without its id        |
        | the text "arn:aws:kms"              |

  Rule: Members are checked for their shape before the key is looked for

    @DIKM-IDENT-13 @DIKM-IDENT-21 @DIKM-WIRE-14
    Scenario: GenerateDataKey by an empty key id
      Given a symmetric key with imported material
      When GenerateDataKey is called with the text ""
      Then the call is refused with ValidationException
      And the message says "1 validation error detected: Value '' at 'keyId' failed to satisfy constraint: Member must have length greater than or equal to 1"

    @DIKM-WIRE-02 @DIKM-IDENT-13
    Scenario: An empty key id
      Given a symmetric key with imported material
      When DeleteImportedKeyMaterial is called with the text ""
      Then the call is refused
      And nothing about the key changed

    @DIKM-IDENT-13 @DIKM-IDENT-21 @DIKM-WIRE-14 @by-analogy
    Scenario: The words of the refusal of an empty key id
      Given a symmetric key with imported material
      When DeleteImportedKeyMaterial is called with the text ""
      Then the call is refused with ValidationException
      And the message says "1 validation error detected: Value '' at 'keyId' failed to satisfy constraint: Member must have length greater than or equal to 1"

    @DIKM-WIRE-02 @DIKM-IDENT-14
    Scenario Outline: A key id that is <body>
      Given a symmetric key with imported material
      When the delete is sent <body>
      Then the call is refused
      And nothing about the key changed

      Examples:
        | body               |
        | without a KeyId    |
        | with null as KeyId |

    @DIKM-IDENT-14 @by-analogy
    Scenario Outline: The words of the refusal of a key id that is <body>
      Given a symmetric key with imported material
      When the delete is sent <body>
      Then the call is refused with ValidationException
      And the message says "Value null at 'keyId' failed to satisfy constraint: Member must not be null"

      Examples:
        | body               |
        | without a KeyId    |
        | with null as KeyId |

    @DIKM-IDENT-15 @DIKM-ORIG-05
    Scenario: A key id of 2049 characters
      Given a symmetric key with imported material
      When DeleteImportedKeyMaterial is called with a text of 2049 characters
      Then the call is refused with ValidationException
      And the message says "Member must have length less than or equal to 2048"

    @DIKM-IDENT-16 @DIKM-IDENT-17 @DIKM-IDENT-19 @DIKM-WIRE-02 @OQ-33
    Scenario Outline: A material id of <material id>
      Given a symmetric key with imported material
      When DeleteImportedKeyMaterial is called with a material id of <material id>
      Then the call is refused with ValidationException
      And nothing about the key changed

      Examples:
        | material id                      |
        | 63 hexadecimal digits            |
        | 65 hexadecimal digits            |
        | 64 upper-case hexadecimal digits |
        | 64 characters, one of them g     |
        | no characters                    |

    @DIKM-ORIG-05
    Scenario: The shape is checked even where the key does not exist
      Given a symmetric key with imported material
      When DeleteImportedKeyMaterial is called with a key id that does not exist and a material id of 63 hexadecimal digits
      Then the call is refused with ValidationException

    @DIKM-IDENT-18
    Scenario: Two members with the wrong shape
      Given a symmetric key with imported material
      When DeleteImportedKeyMaterial is called with the text "" and a material id of 63 hexadecimal digits
      Then the call is refused with ValidationException
      And the message says "2 validation errors detected: "

    @DIKM-IDENT-20 @DIKM-IDENT-21
    Scenario: CreateKey with a key spec outside the enumeration
      When an HMAC_1024 key without material is created
      Then the call is refused with ValidationException
      And the message says "Value 'HMAC_1024' at 'keySpec' failed to satisfy constraint: Member must satisfy enum value set: ["

    @DIKM-IDENT-20 @DIKM-IDENT-21 @by-analogy
    Scenario: A value outside an enumeration
      Given a symmetric key without material
      When GetParametersForImport is called on the key for ROT13 and RSA_2048
      Then the call is refused with ValidationException
      And the message says "Value 'ROT13' at 'wrappingAlgorithm' failed to satisfy constraint: Member must satisfy enum value set: ["
