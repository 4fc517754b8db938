@cross-account
Feature: Other accounts
  Imported material can be deleted only from the account that owns the key.
  No policy changes that.

  Rule: The delete is refused to another account, whatever policies say

    @DIKM-AUTH-02
    Scenario: The delete by key ARN
      Given a symmetric key with imported material
      When the second-account caller calls DeleteImportedKeyMaterial with the key's ARN
      Then the call is refused
      And nothing about the key changed
      And Encrypt on the key succeeds

    @DIKM-AUTH-03 @DIKM-AUTH-02 @by-analogy
    Scenario: The words of the refusal of the delete by key ARN
      Given a symmetric key with imported material
      When the second-account caller calls DeleteImportedKeyMaterial with the key's ARN
      Then the call is refused with AccessDeniedException
      And the message says "is not authorized to perform: kms:DeleteImportedKeyMaterial"

    @DIKM-AUTH-02 @OQ-28
    Scenario: The delete by key ARN where the key policy grants it in vain
      Given a symmetric key with imported material
      And the key policy allows the second account every KMS operation
      When the second-account caller calls DeleteImportedKeyMaterial with the key's ARN
      Then the call is refused
      And nothing about the key changed
      And Encrypt on the key succeeds

    @DIKM-AUTH-02 @OQ-28
    Scenario: The delete by key ARN where both policies grant it in vain
      Given a symmetric key with imported material
      And the key policy allows the second account every KMS operation
      When the second-account-allowed caller calls DeleteImportedKeyMaterial with the key's ARN
      Then the call is refused
      And nothing about the key changed
      And Encrypt on the key succeeds

    @probe @DIKM-AUTH-03 @OQ-28
    Scenario: How the delete is refused where both policies grant it in vain
      Given a symmetric key with imported material
      And the key policy allows the second account every KMS operation
      When the second-account-allowed caller calls DeleteImportedKeyMaterial with the key's ARN
      Then the outcome answers OQ-28

    @DIKM-AUTH-04 @by-analogy
    Scenario: The delete by bare key id looks in the caller's own account
      Given a symmetric key with imported material
      And the key policy allows the second account every KMS operation
      When the second-account caller calls DeleteImportedKeyMaterial with the key's id
      Then the call is refused with NotFoundException
      And the message says "Key '{missing ARN}' does not exist"
      And nothing about the key changed

    @DIKM-AUTH-02 @DIKM-IDENT-03
    Scenario: The delete by alias ARN
      Given a symmetric key with imported material
      And the key has an alias
      And the key policy allows the second account every KMS operation
      When the second-account caller calls DeleteImportedKeyMaterial with the ARN of an alias of the key
      Then the call is refused
      And nothing about the key changed

    @DIKM-AUTH-02
    Scenario Outline: The delete from another account on a key <situation>
      Given a symmetric key <situation>
      And the key policy allows the second account every KMS operation
      When the second-account caller calls DeleteImportedKeyMaterial with the key's ARN
      Then the call is refused
      And nothing about the key changed

      Examples:
        | situation                                             |
        | without material                                      |
        | whose material was deleted                            |
        | with imported material that is disabled               |
        | with imported material that is scheduled for deletion |

    @DIKM-AUTH-02
    Scenario: The parameters for import are not for another account either
      Given a symmetric key whose material was deleted
      And the key policy allows the second account every KMS operation
      When the second-account caller calls GetParametersForImport with the key's ARN
      Then the call is refused
      And nothing about the key changed

  Rule: Without permission a key in another account is hidden

    @DIKM-AUTH-03
    Scenario Outline: <operation> by key ARN
      Given a symmetric key with imported material
      When the second-account caller calls <operation> with the key's ARN
      Then the call is refused with AccessDeniedException
      And the message says "is not authorized to perform: kms:<operation> on this resource because the resource does not exist in this Region, no resource-based policies allow access, or a resource-based policy explicitly denies access"

      Examples:
        | operation   |
        | Encrypt     |
        | DescribeKey |

    @DIKM-AUTH-03 @by-analogy
    Scenario: A key that does not exist in another account looks the same
      Given a symmetric key with imported material
      When the second-account caller calls DescribeKey with the ARN of a key that does not exist
      Then the call is refused with AccessDeniedException
      And the message says "is not authorized to perform: kms:DescribeKey on this resource because the resource does not exist in this Region, no resource-based policies allow access, or a resource-based policy explicitly denies access"

    @DIKM-AUTH-04
    Scenario: DescribeKey by bare key id
      Given a symmetric key with imported material
      When the second-account caller calls DescribeKey with the key's id
      Then the call is refused with NotFoundException
      And the message says "Key '{missing ARN}' does not exist"

  Rule: What another account may do it can do

    @DIKM-AUTH-18
    Scenario Outline: <operation> where the key policy allows it
      Given a symmetric key with imported material
      And the key policy allows the second account every KMS operation
      When the second-account caller calls <operation> with the key's ARN
      Then the call succeeds

      Examples:
        | operation       |
        | Encrypt         |
        | GenerateDataKey |
        | DescribeKey     |

    @DIKM-AUTH-18
    Scenario: GetPublicKey where the key policy allows it
      Given an ECC_NIST_P256 key with imported material
      And the key policy allows the second account every KMS operation
      When the second-account caller calls GetPublicKey with the key's ARN
      Then the call succeeds

    @DIKM-AUTH-18 @DIKM-MATRIX-02
    Scenario: After the delete the other account is refused like the owner
      Given a symmetric key with imported material
      And the key policy allows the second account every KMS operation
      And its imported material was deleted
      When the second-account caller calls Encrypt with the key's ARN
      Then the call is refused with KMSInvalidStateException
      And the message says "{key ARN} is pending import."
