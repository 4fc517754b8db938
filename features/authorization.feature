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

  Rule: What a statement covers

    @DIKM-AUTH-01
    Scenario Outline: A permission for <operations>
      Given a symmetric key with imported material
      And the key policy allows the restricted caller <operations>
      When the restricted caller calls DeleteImportedKeyMaterial on the key
      Then the call <outcome>

      Examples:
        | operations                                | outcome                               |
        | kms:*                                     | succeeds                              |
        | kms:Delete*                               | succeeds                              |
        | kms:*ImportedKeyMaterial                  | succeeds                              |
        | kms:DeleteImportedKeyMaterial*            | succeeds                              |
        | kms:Delete*ImportedKeyMaterial            | succeeds                              |
        | kms:?eleteImportedKeyMaterial             | succeeds                              |
        | kms:?DeleteImportedKeyMaterial            | is refused with AccessDeniedException |
        | kms:Import*                               | is refused with AccessDeniedException |
        | everything but DescribeKey                | succeeds                              |
        | everything but DeleteImportedKeyMaterial  | is refused with AccessDeniedException |

    @DIKM-AUTH-01 @DIKM-AUTH-09
    Scenario Outline: A denial of <operations> outweighs IAM
      Given a symmetric key with imported material
      And the key policy denies the iam-allowed caller <operations>
      When the iam-allowed caller calls DeleteImportedKeyMaterial on the key
      Then the call <outcome>

      Examples:
        | operations                               | outcome                               |
        | kms:Delete*                              | is refused with AccessDeniedException |
        | everything but DescribeKey               | is refused with AccessDeniedException |
        | everything but DeleteImportedKeyMaterial | succeeds                              |
        | kms:Import*                              | succeeds                              |

    @DIKM-AUTH-09
    Scenario: A denial in IAM takes nothing but what it names
      Given a symmetric key with imported material
      When the iam-denied caller calls DescribeKey on the key
      Then the call succeeds

    @DIKM-AUTH-01 @DIKM-AUTH-09
    Scenario: A denial to everybody but another caller
      Given a symmetric key with imported material
      And the key policy denies everybody but the restricted caller DeleteImportedKeyMaterial
      When the iam-allowed caller calls DeleteImportedKeyMaterial on the key
      Then the call is refused with AccessDeniedException
      And nothing about the key changed

    @DIKM-AUTH-01 @DIKM-AUTH-09
    Scenario: A denial to everybody but the caller
      Given a symmetric key with imported material
      And the key policy denies everybody but the iam-allowed caller DeleteImportedKeyMaterial
      When the iam-allowed caller calls DeleteImportedKeyMaterial on the key
      Then the call succeeds
      And the key becomes PendingImport

    @DIKM-AUTH-01 @DIKM-AUTH-09
    Scenario: A denial to everybody but the caller and the account spares the account
      Given a symmetric key with imported material
      And the key policy denies everybody but the restricted caller DeleteImportedKeyMaterial
      When its imported material is deleted
      Then the call succeeds
      And the key becomes PendingImport

    @DIKM-AUTH-01 @DIKM-AUTH-09
    Scenario: A denial to the account counts for its users
      Given a symmetric key with imported material
      And the key policy denies the account DeleteImportedKeyMaterial
      When the iam-allowed caller calls DeleteImportedKeyMaterial on the key
      Then the call is refused with AccessDeniedException
      And nothing about the key changed

    @DIKM-AUTH-08
    Scenario Outline: A key policy that names <whom>
      Given a symmetric key with imported material
      And the key policy allows <whom> DeleteImportedKeyMaterial
      When the role-session caller calls DeleteImportedKeyMaterial on the key
      Then the call succeeds
      And the key becomes PendingImport

      Examples:
        | whom                                |
        | the role-session caller             |
        | the role of the role-session caller |

    @DIKM-AUTH-01 @DIKM-AUTH-05
    Scenario: A key policy that names a role is not for users
      Given a symmetric key with imported material
      And the key policy allows the role of the role-session caller DeleteImportedKeyMaterial
      When the restricted caller calls DeleteImportedKeyMaterial on the key
      Then the call is refused with AccessDeniedException
      And nothing about the key changed

    @DIKM-AUTH-01
    Scenario Outline: A permission for <whom> is none for the <other> caller
      Given a symmetric key with imported material
      And the key policy allows <whom> DeleteImportedKeyMaterial
      When the <other> caller calls DeleteImportedKeyMaterial on the key
      Then the call is refused with AccessDeniedException
      And nothing about the key changed

      Examples:
        | whom                    | other        |
        | the restricted caller   | role-session |
        | the role-session caller | restricted   |

    @DIKM-AUTH-01 @DIKM-AUTH-10
    Scenario Outline: A denial to <whom> is none to the iam-allowed caller
      Given a symmetric key with imported material
      And the key policy denies <whom> DeleteImportedKeyMaterial
      When the iam-allowed caller calls DeleteImportedKeyMaterial on the key
      Then the call succeeds
      And the key becomes PendingImport

      Examples:
        | whom                                |
        | the restricted caller               |
        | the role of the role-session caller |

    @DIKM-AUTH-01
    Scenario: A denial to the role counts for its sessions
      Given a symmetric key with imported material
      And the key policy denies the role of the role-session caller DeleteImportedKeyMaterial
      When the role-session caller calls DeleteImportedKeyMaterial on the key
      Then the call is refused with AccessDeniedException
      And nothing about the key changed

    @DIKM-AUTH-05
    Scenario: A session that nothing permits the delete
      Given a symmetric key with imported material
      When the role-session caller calls DeleteImportedKeyMaterial on the key
      Then the call is refused with AccessDeniedException
      And the message says "{caller ARN} is not authorized to perform: kms:DeleteImportedKeyMaterial"
      And nothing about the key changed

  Rule: Conditions

    @DIKM-AUTH-13
    Scenario Outline: The delete is allowed when <key> <relation> <value>
      Given a symmetric key with imported material
      And the key policy allows the restricted caller DeleteImportedKeyMaterial when <key> <relation> <value>
      When the restricted caller calls DeleteImportedKeyMaterial on the key
      Then the call succeeds
      And the key becomes PendingImport

      Examples:
        | key               | relation | value                |
        | kms:KeyOrigin     | is       | EXTERNAL             |
        | kms:KeySpec       | is       | SYMMETRIC_DEFAULT    |
        | kms:KeySpec       | is like  | SYMMETRIC_*          |
        | kms:KeyUsage      | is       | ENCRYPT_DECRYPT      |
        | kms:MultiRegion   | is       | false                |
        | kms:CallerAccount | is       | the caller's account |
        | kms:CallerAccount | is not   | another account      |
        | aws:PrincipalArn  | is       | the caller's ARN     |

    @DIKM-AUTH-13
    Scenario Outline: A single-Region key has no kms:MultiRegionKeyType, which <relation> PRIMARY
      Given a symmetric key with imported material
      And the key policy allows the restricted caller DeleteImportedKeyMaterial when kms:MultiRegionKeyType <relation> PRIMARY
      When the restricted caller calls DeleteImportedKeyMaterial on the key
      Then the call succeeds
      And the key becomes PendingImport

      Examples:
        | relation        |
        | is not          |
        | is absent or is |

    @DIKM-AUTH-13
    Scenario Outline: The delete is allowed to everybody whose account is <account>
      Given a symmetric key with imported material
      And the key policy allows everybody DeleteImportedKeyMaterial when kms:CallerAccount is <account>
      When the restricted caller calls DeleteImportedKeyMaterial on the key
      Then the call <outcome>

      Examples:
        | account              | outcome                               |
        | the caller's account | succeeds                              |
        | another account      | is refused with AccessDeniedException |

    @DIKM-AUTH-13
    Scenario: A condition on a value that the key has, where it may be absent
      Given a symmetric key with imported material
      And the key policy allows the restricted caller DeleteImportedKeyMaterial when kms:KeyOrigin is absent or is AWS_KMS
      When the restricted caller calls DeleteImportedKeyMaterial on the key
      Then the call is refused with AccessDeniedException
      And nothing about the key changed

    @DIKM-AUTH-13
    Scenario Outline: The delete is refused when not <key> <relation> <value>
      Given a symmetric key with imported material
      And the key policy allows the restricted caller DeleteImportedKeyMaterial when <key> <relation> <value>
      When the restricted caller calls DeleteImportedKeyMaterial on the key
      Then the call is refused with AccessDeniedException
      And nothing about the key changed

      Examples:
        | key                    | relation | value                |
        | kms:KeyOrigin          | is       | AWS_KMS              |
        | kms:KeySpec            | is       | RSA_2048             |
        | kms:KeyUsage           | is       | SIGN_VERIFY          |
        | kms:MultiRegion        | is       | true                 |
        | kms:MultiRegionKeyType | is       | PRIMARY              |
        | kms:CallerAccount      | is       | another account      |
        | kms:CallerAccount      | is not   | the caller's account |
        | aws:PrincipalArn       | is       | the other user's ARN |

    @DIKM-AUTH-13
    Scenario Outline: A denial when <key> is <value> <outcome>
      Given a symmetric key with imported material
      And the key policy denies the iam-allowed caller DeleteImportedKeyMaterial when <key> is <value>
      When the iam-allowed caller calls DeleteImportedKeyMaterial on the key
      Then the call <outcome>

      Examples:
        | key             | value    | outcome                               |
        | kms:KeyOrigin   | EXTERNAL | is refused with AccessDeniedException |
        | kms:KeyOrigin   | AWS_KMS  | succeeds                              |
        | kms:MultiRegion | false    | is refused with AccessDeniedException |
        | kms:MultiRegion | true     | succeeds                              |

    @DIKM-AUTH-13
    Scenario: IAM allows the delete of keys that have an alias
      Given a symmetric key with imported material
      And the key has an alias
      When the iam-by-alias caller calls DeleteImportedKeyMaterial on the key
      Then the call succeeds
      And the key becomes PendingImport

    @DIKM-AUTH-13
    Scenario: IAM allows the delete of keys that carry a tag
      Given a symmetric key with imported material
      And the key carries the tag Owner=kmsconform
      When the iam-by-tag caller calls DeleteImportedKeyMaterial on the key
      Then the call succeeds
      And the key becomes PendingImport

    @DIKM-AUTH-13
    Scenario Outline: A key that lacks what the <caller> caller may delete by
      Given a symmetric key with imported material
      When the <caller> caller calls DeleteImportedKeyMaterial on the key
      Then the call is refused with AccessDeniedException
      And nothing about the key changed

      Examples:
        | caller       |
        | iam-by-alias |
        | iam-by-tag   |

    @DIKM-AUTH-14
    Scenario Outline: GetParametersForImport when <key> is <value>
      Given a symmetric key without material
      And the key policy allows the restricted caller GetParametersForImport when <key> is <value>
      When the restricted caller calls GetParametersForImport on the key
      Then the call <outcome>

      Examples:
        | key                   | value              | outcome                               |
        | kms:WrappingAlgorithm | RSAES_OAEP_SHA_256 | succeeds                              |
        | kms:WrappingAlgorithm | RSAES_OAEP_SHA_1   | is refused with AccessDeniedException |
        | kms:WrappingKeySpec   | RSA_2048           | succeeds                              |
        | kms:WrappingKeySpec   | RSA_4096           | is refused with AccessDeniedException |

    @DIKM-AUTH-14
    Scenario Outline: The import<how> when kms:ExpirationModel is <model>
      Given a symmetric key whose material was deleted
      And the key policy allows the restricted caller ImportKeyMaterial when kms:ExpirationModel is <model>
      When the restricted caller imports the same material<how>
      Then the call <outcome>

      Examples:
        | model                        | how                   | outcome                               |
        | KEY_MATERIAL_DOES_NOT_EXPIRE |                       | succeeds                              |
        | KEY_MATERIAL_DOES_NOT_EXPIRE | , expiring in 30 days | is refused with AccessDeniedException |
        | KEY_MATERIAL_EXPIRES         | , expiring in 30 days | succeeds                              |
        | KEY_MATERIAL_EXPIRES         |                       | is refused with AccessDeniedException |

    @DIKM-AUTH-14
    Scenario Outline: The import of material that expires in <days> days when kms:ValidTo <relation> 60 days from now
      Given a symmetric key whose material was deleted
      And the key policy allows the restricted caller ImportKeyMaterial when kms:ValidTo <relation> 60 days from now
      When the restricted caller imports the same material, expiring in <days> days
      Then the call <outcome>

      Examples:
        | days | relation  | outcome                               |
        | 30   | is before | succeeds                              |
        | 90   | is before | is refused with AccessDeniedException |
        | 90   | is after  | succeeds                              |
        | 30   | is after  | is refused with AccessDeniedException |

    @DIKM-AUTH-14
    Scenario Outline: The delete is not conditioned on <key>
      Given a symmetric key with imported material that expires in 30 days
      And the key policy allows the restricted caller DeleteImportedKeyMaterial when <key> is <value>
      When the restricted caller calls DeleteImportedKeyMaterial on the key
      Then the call is refused with AccessDeniedException
      And nothing about the key changed

      Examples:
        | key                   | value                |
        | kms:ExpirationModel   | KEY_MATERIAL_EXPIRES |
        | kms:WrappingAlgorithm | RSAES_OAEP_SHA_256   |

  Rule: What cannot be granted

    @DIKM-AUTH-12
    Scenario Outline: A grant of <operation>
      Given a symmetric key with imported material
      When CreateGrant is called on the key for <operation>
      Then the call is refused
      And nothing about the key changed

      Examples:
        | operation                 |
        | DeleteImportedKeyMaterial |
        | ImportKeyMaterial         |
        | GetParametersForImport    |

    @DIKM-AUTH-12 @by-analogy
    Scenario: How a grant of the delete is refused
      Given a symmetric key with imported material
      When CreateGrant is called on the key for DeleteImportedKeyMaterial
      Then the call is refused with ValidationException

    @DIKM-AUTH-12
    Scenario: A grant of another operation
      Given a symmetric key with imported material
      When CreateGrant is called on the key for Encrypt
      Then the call succeeds

  Rule: A grant outlasts the material

    @DIKM-STATE-20
    Scenario: A grant serves while the material is gone
      Given a symmetric key with imported material
      And the key has a grant of Encrypt for the restricted caller
      And its imported material was deleted
      When the restricted caller calls Encrypt on the key
      Then the call is refused with KMSInvalidStateException

    @DIKM-STATE-20
    Scenario: A grant serves after the reimport
      Given a symmetric key with imported material
      And the key has a grant of Encrypt for the restricted caller
      And its imported material was deleted
      And the same material was imported again
      When the restricted caller calls Encrypt on the key
      Then the call succeeds

    @DIKM-AUTH-05
    Scenario: A grant serves for no other operation
      Given a symmetric key with imported material
      And the key has a grant of Encrypt for the restricted caller
      When the restricted caller calls DeleteImportedKeyMaterial on the key
      Then the call is refused with AccessDeniedException
      And nothing about the key changed

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
