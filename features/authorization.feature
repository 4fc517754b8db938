@authorization
Feature: Authorization
  The key policy decides who may delete imported material; IAM policies count where the key policy lets them.

  Rule: The key policy gives and takes the permission

    @DIKM-AUTH-01 @DIKM-AUTH-08
    Scenario: A key policy that names the caller is enough
      Given a symmetric key with imported material
      And the key policy allows the restricted caller DeleteImportedKeyMaterial
      When the restricted caller calls DeleteImportedKeyMaterial on the key
      Then the call succeeds
      And the key becomes PendingImport

    @DIKM-AUTH-01 @DIKM-AUTH-05 @DIKM-AUTH-06 @DIKM-AUTH-07
    Scenario: A caller whom nothing permits the delete
      Given a symmetric key with imported material
      When the restricted caller calls DeleteImportedKeyMaterial on the key
      Then the call is refused with AccessDeniedException
      And the HTTP status is 400
      And the message says "is not authorized to perform: kms:DeleteImportedKeyMaterial"
      And nothing about the key changed

    @DIKM-AUTH-01
    Scenario: A permission for another operation does not serve
      Given a symmetric key with imported material
      And the key policy allows the restricted caller ImportKeyMaterial
      When the restricted caller calls DeleteImportedKeyMaterial on the key
      Then the call is refused with AccessDeniedException
      And nothing about the key changed

    @DIKM-AUTH-01
    Scenario: A permission to delete is not one to import
      Given a symmetric key whose material was deleted
      And the key policy allows the restricted caller DeleteImportedKeyMaterial
      When the restricted caller calls GetParametersForImport on the key
      Then the call is refused with AccessDeniedException

    @DIKM-AUTH-05
    Scenario Outline: <operation> by a caller whom nothing permits it
      Given a symmetric key with imported material
      When the restricted caller calls <operation> on the key
      Then the call is refused with AccessDeniedException
      And the message says "{caller ARN} is not authorized to perform: kms:<operation>"

      Examples:
        | operation              |
        | Encrypt                |
        | DescribeKey            |
        | GetParametersForImport |

    @DIKM-AUTH-01 @DIKM-AUTH-10
    Scenario: IAM decides where the key policy delegates to it
      Given a symmetric key with imported material
      When the iam-allowed caller calls DeleteImportedKeyMaterial on the key
      Then the call succeeds
      And the key becomes PendingImport

    @DIKM-AUTH-09
    Scenario: IAM alone is not enough
      Given a symmetric key with imported material
      And the key policy leaves IAM out
      When the iam-allowed caller calls DeleteImportedKeyMaterial on the key
      Then the call is refused with AccessDeniedException
      And nothing about the key changed

    @DIKM-AUTH-09
    Scenario: A denial in IAM outweighs a key policy that allows
      Given a symmetric key with imported material
      And the key policy allows the iam-denied caller DeleteImportedKeyMaterial
      When the iam-denied caller calls DeleteImportedKeyMaterial on the key
      Then the call is refused with AccessDeniedException
      And nothing about the key changed

    @DIKM-AUTH-09
    Scenario: A denial in the key policy outweighs IAM
      Given a symmetric key with imported material
      And the key policy denies the iam-allowed caller DeleteImportedKeyMaterial
      When the iam-allowed caller calls DeleteImportedKeyMaterial on the key
      Then the call is refused with AccessDeniedException
      And nothing about the key changed

    @DIKM-AUTH-01
    Scenario: A permission that was taken back
      Given a symmetric key with imported material
      And the key policy allows the restricted caller DeleteImportedKeyMaterial
      And the key policy is the default one again
      When the restricted caller calls DeleteImportedKeyMaterial on the key
      Then the call is refused with AccessDeniedException
      And nothing about the key changed

    @DIKM-AUTH-10
    Scenario: The default key policy
      Given a symmetric key without material
      When GetKeyPolicy is called on the key
      Then the call succeeds
      And the policy has one statement that allows the account root kms:*

    @DIKM-AUTH-15
    Scenario: A key policy that locks its author out
      Given a symmetric key with imported material
      When PutKeyPolicy is called on the key with a policy that locks the caller out
      Then the call is refused with MalformedPolicyDocumentException
      And the message says "The new key policy will not allow you to update the key policy in the future."
      And nothing about the key changed

    @DIKM-AUTH-15
    Scenario: A key policy with a principal that does not exist
      Given a symmetric key with imported material
      When PutKeyPolicy is called on the key with a policy for a principal that does not exist
      Then the call is refused with MalformedPolicyDocumentException
      And the message says "Policy contains a statement with one or more invalid principals."
      And nothing about the key changed

    @DIKM-AUTH-17
    Scenario Outline: <operation> on a key <situation>
      Given a symmetric key <situation>
      When <operation> is called on the key
      Then the call succeeds

      Examples:
        | operation    | situation                                             |
        | GetKeyPolicy | with imported material                                |
        | GetKeyPolicy | with imported material that is disabled               |
        | GetKeyPolicy | with imported material that is scheduled for deletion |
        | GetKeyPolicy | without material                                      |
        | PutKeyPolicy | with imported material                                |
        | PutKeyPolicy | with imported material that is disabled               |
        | PutKeyPolicy | with imported material that is scheduled for deletion |
        | PutKeyPolicy | without material                                      |

  Rule: Conditions

    @DIKM-AUTH-13
    Scenario Outline: The delete is allowed when <key> is <value>
      Given a symmetric key with imported material
      And the key policy allows the restricted caller DeleteImportedKeyMaterial when <key> is <value>
      When the restricted caller calls DeleteImportedKeyMaterial on the key
      Then the call succeeds
      And the key becomes PendingImport

      Examples:
        | key             | value             |
        | kms:KeyOrigin   | EXTERNAL          |
        | kms:KeySpec     | SYMMETRIC_DEFAULT |
        | kms:KeyUsage    | ENCRYPT_DECRYPT   |
        | kms:MultiRegion | false             |

    @DIKM-AUTH-13
    Scenario Outline: The delete is refused when <key> is not <value>
      Given a symmetric key with imported material
      And the key policy allows the restricted caller DeleteImportedKeyMaterial when <key> is <value>
      When the restricted caller calls DeleteImportedKeyMaterial on the key
      Then the call is refused with AccessDeniedException
      And nothing about the key changed

      Examples:
        | key             | value    |
        | kms:KeyOrigin   | AWS_KMS  |
        | kms:KeySpec     | RSA_2048 |
        | kms:MultiRegion | true     |

    @DIKM-AUTH-14
    Scenario Outline: GetParametersForImport under a condition on <key>
      Given a symmetric key without material
      And the key policy allows the restricted caller GetParametersForImport when <key> is <value>
      When the restricted caller calls GetParametersForImport on the key
      Then the call <outcome>

      Examples:
        | key                   | value              | outcome                                |
        | kms:WrappingAlgorithm | RSAES_OAEP_SHA_256 | succeeds                               |
        | kms:WrappingAlgorithm | RSAES_OAEP_SHA_1   | is refused with AccessDeniedException  |
        | kms:WrappingKeySpec   | RSA_2048           | succeeds                               |
        | kms:WrappingKeySpec   | RSA_4096           | is refused with AccessDeniedException  |

    @DIKM-AUTH-14
    Scenario Outline: ImportKeyMaterial under a condition on the expiration model <model>
      Given a symmetric key whose material was deleted
      And the key policy allows the restricted caller ImportKeyMaterial when kms:ExpirationModel is <model>
      When the restricted caller imports the same material
      Then the call <outcome>

      Examples:
        | model                        | outcome                               |
        | KEY_MATERIAL_DOES_NOT_EXPIRE | succeeds                              |
        | KEY_MATERIAL_EXPIRES         | is refused with AccessDeniedException |

  Rule: Authorization comes before the state of the key

    @DIKM-ORIG-10
    Scenario Outline: A caller whom nothing permits the delete, on a key <situation>
      Given a symmetric key <situation>
      When the restricted caller calls DeleteImportedKeyMaterial on the key
      Then the call is refused with AccessDeniedException
      And nothing about the key changed

      Examples:
        | situation                                             |
        | without material                                      |
        | with imported material that is scheduled for deletion |
        | with material made by AWS KMS                         |

    @probe @DIKM-ORIG-09 @OQ-30
    Scenario: A caller whom nothing permits the delete, and a key that does not exist
      When the restricted caller calls DeleteImportedKeyMaterial with a key id that does not exist
      Then the outcome answers OQ-30

  Rule: A request proves who sent it

    @DIKM-WIRE-18
    Scenario: An access key id that does not exist
      Given a symmetric key with imported material
      When the delete is sent with an unknown access key id
      Then the call is refused
      And the message says "The security token included in the request is invalid."
      And nothing about the key changed

    @probe @DIKM-WIRE-19 @DIKM-WIRE-01 @OQ-05
    Scenario Outline: A delete sent <how>
      Given a symmetric key with imported material
      When the delete is sent <how>
      Then the call is refused
      And nothing about the key changed
      And the outcome answers OQ-05

      Examples:
        | how                                  |
        | without a signature                  |
        | with an incomplete signature         |
        | signed with a wrong secret           |
        | signed 20 minutes ago                |
        | signed 20 minutes ahead              |
        | signed for another service           |
        | signed for another Region            |
        | with a body altered after signing    |
        | with a target altered after signing  |
