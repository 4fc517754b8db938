@core
Feature: The wire
  KMS speaks AWS JSON 1.1: a signed POST whose X-Amz-Target header names the operation.
  This is the one feature that looks at HTTP.

  Rule: The request

    @DIKM-WIRE-01
    Scenario: The delete as a plain signed POST
      Given a symmetric key with imported material
      When the delete is sent as documented
      Then the HTTP status is 200
      And the key becomes PendingImport

    @DIKM-WIRE-02
    Scenario: The delete may name the material
      Given a symmetric key with imported material
      When the delete is sent with the material's id
      Then the HTTP status is 200
      And the key becomes PendingImport

    @DIKM-WIRE-17 @OQ-04
    Scenario: A target that no operation has
      Given a symmetric key with imported material
      When the delete is sent with a target that does not exist
      Then the call is refused with UnknownOperationException
      And the HTTP status is 400
      And nothing about the key changed

    @DIKM-WIRE-17 @OQ-04
    Scenario Outline: A body that is <body>
      Given a symmetric key with imported material
      When the delete is sent <body>
      Then the call is refused with SerializationException
      And the HTTP status is 400
      And nothing about the key changed

      Examples:
        | body                          |
        | with a body that is not JSON  |
        | with a body that is cut off   |
        | with a number as KeyId        |
        | with a list as KeyId          |

    @DIKM-WIRE-01
    Scenario: A request without a target deletes nothing
      Given a symmetric key with imported material
      When the delete is sent without a target
      Then nothing about the key changed

    @DIKM-WIRE-01
    Scenario: A target in the URL's fragment deletes nothing
      A widely copied description posts application/json to a URL that ends in
      #X-Amz-Target=TrentService.DeleteImportedKeyMaterial. A fragment never reaches the server.

      Given a symmetric key with imported material
      When the delete is sent with its target in the URL's fragment as application/json
      Then nothing about the key changed

    @DIKM-WIRE-01
    Scenario: Member names are case-sensitive
      Given a symmetric key with imported material
      When the delete is sent with keyid instead of KeyId
      Then nothing about the key changed

    @DIKM-WIRE-01 @by-analogy
    Scenario Outline: A request <how> is refused
      Given a symmetric key with imported material
      When the delete is sent <how>
      Then the call is refused

      Examples:
        | how                                                       |
        | without a target                                          |
        | with its target in the URL's fragment as application/json |
        | with keyid instead of KeyId                               |

  Rule: The answer

    @DIKM-WIRE-03 @C-08
    Scenario: The answer names the key and the material
      Given a symmetric key with imported material
      When the delete is sent as documented
      Then the HTTP status is 200
      And the answer has
        | KeyId         | the key's ARN          |
        | KeyMaterialId | the id of the material |

    @DIKM-WIRE-04
    Scenario: The answer names the ARN also when the request named the bare key id
      Given a symmetric key with imported material
      When DeleteImportedKeyMaterial is called with the key's id
      Then the answer has
        | KeyId | the key's ARN |

    @DIKM-WIRE-03
    Scenario: The answer is not wrapped in an envelope
      Some descriptions of the operation show {"success":true,"data":…} and
      {"success":false,"error":{…}}. KMS answers neither.

      Given a symmetric key with imported material
      When the delete is sent as documented
      Then the HTTP status is 200
      And the answer is not an envelope of success and data

    @DIKM-ORIG-01 @DIKM-WIRE-09
    Scenario: A refusal is not wrapped in an envelope
      Given a symmetric key with material made by AWS KMS
      When the delete is sent as documented
      Then the HTTP status is 400
      And the answer is not an envelope of success and data

    @DIKM-WIRE-07
    Scenario: Every answer carries a request id and its content type
      Given a symmetric key with imported material
      When the delete is sent as documented
      Then the answer carries a request id
      And the answer's content type is application/x-amz-json-1.1

    @DIKM-MATRIX-02 @DIKM-WIRE-09
    Scenario: An error carries its type and a message in lower case
      Given a symmetric key whose material was deleted
      When Encrypt is called on the key
      Then the call is refused with KMSInvalidStateException
      And the error has a __type and a lower-case message

    @DIKM-WIRE-10
    Scenario: A ciphertext with another encryption context is refused without a message
      Given a symmetric key with imported material
      And a ciphertext made with the key
      When Decrypt is called on the key with another encryption context
      Then the call is refused with InvalidCiphertextException
      And the error has no message

    @DIKM-WIRE-10 @by-analogy
    Scenario: A ciphertext that KMS never made is refused without a message
      Given a symmetric key with imported material
      When Decrypt is called on the key with a ciphertext that KMS never made
      Then the call is refused with InvalidCiphertextException
      And the error has no message

    @C-02
    Scenario Outline: A refusal with <code> is HTTP 400
      Given a symmetric key <situation>
      When <operation> is called <on>
      Then the call is refused with <code>
      And the HTTP status is 400

      @DIKM-MATRIX-01 @DIKM-WIRE-11
      Examples:
        | code                     | situation        | operation | on         |
        | KMSInvalidStateException | without material | Encrypt   | on the key |

      @DIKM-MATRIX-03 @DIKM-WIRE-11
      Examples:
        | code              | situation                               | operation | on         |
        | DisabledException | with imported material that is disabled | Encrypt   | on the key |

      @DIKM-IDENT-05 @DIKM-WIRE-11
      Examples:
        | code              | situation        | operation   | on                                |
        | NotFoundException | without material | DescribeKey | with a key id that does not exist |

      @DIKM-MATRIX-13 @DIKM-WIRE-11
      Examples:
        | code                          | situation                     | operation              | on         |
        | UnsupportedOperationException | with material made by AWS KMS | GetParametersForImport | on the key |

    @DIKM-WIRE-13
    Scenario Outline: The delete on a key <situation> never fails for its state
      Given a symmetric key <situation>
      When its imported material is deleted
      Then the call succeeds

      Examples:
        | situation                               |
        | with imported material                  |
        | with imported material that is disabled |
        | without material                        |
        | whose material was deleted              |

    @DIKM-EXP-01 @DIKM-WIRE-14
    Scenario: A validation error is an HTTP 400 with its code
      Given a symmetric key without material
      When new material is imported without saying whether it expires
      Then the call is refused with ValidationException
      And the HTTP status is 400

    @DIKM-WIRE-15
    Scenario: Times are epoch seconds
      Given a symmetric key without material
      When GetParametersForImport is called on the key
      Then the answer's ParametersValidTo is a JSON number

    @probe @DIKM-WIRE-08 @OQ-03
    Scenario: Whether an error carries the header x-amzn-ErrorType
      Given a symmetric key without material
      When Encrypt is called on the key
      Then the answer's error header answers OQ-03

    @probe @DIKM-WIRE-16 @OQ-03
    Scenario: Whether the type of an error has a prefix
      Given a symmetric key without material
      When Encrypt is called on the key
      Then the answer's error type answers OQ-03
