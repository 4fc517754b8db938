@core
Feature: Metadata
  What DescribeKey and the listings show of a key as its material comes and goes.

  Rule: The metadata follows the material

    @DIKM-DESC-01 @DIKM-MATRIX-25
    Scenario: Before the first import
      Given a symmetric key without material
      Then DescribeKey shows
        | KeyState             | PendingImport |
        | Enabled              | false         |
        | Origin               | EXTERNAL      |
        | ExpirationModel      | absent        |
        | ValidTo              | absent        |
        | CurrentKeyMaterialId | absent        |
        | DeletionDate         | absent        |

    @DIKM-MATRIX-25 @DIKM-DESC-16
    Scenario: What CreateKey answers
      When a symmetric key without material is created
      Then the call succeeds
      And the created key shows
        | KeyState             | PendingImport |
        | Enabled              | false         |
        | Origin               | EXTERNAL      |
        | CurrentKeyMaterialId | absent        |

    @DIKM-DESC-02
    Scenario: After the import
      Given a symmetric key with imported material
      Then DescribeKey shows
        | KeyState             | Enabled                      |
        | Enabled              | true                         |
        | Origin               | EXTERNAL                     |
        | ExpirationModel      | KEY_MATERIAL_DOES_NOT_EXPIRE |
        | ValidTo              | absent                       |
        | CurrentKeyMaterialId | 64 hexadecimal digits        |

    @DIKM-DESC-05 @DIKM-DESC-14 @C-04
    Scenario: After the delete
      Given a symmetric key with imported material
      When its imported material is deleted
      Then the key becomes PendingImport
      And DescribeKey shows
        | KeyState             | PendingImport          |
        | Enabled              | false                  |
        | Origin               | EXTERNAL               |
        | ExpirationModel      | absent                 |
        | ValidTo              | absent                 |
        | CurrentKeyMaterialId | the id of the material |

    @DIKM-DESC-02 @DIKM-DESC-14
    Scenario: After the reimport
      Given a symmetric key whose material was deleted
      And the same material was imported again
      Then DescribeKey shows
        | KeyState             | Enabled                      |
        | Enabled              | true                         |
        | Origin               | EXTERNAL                     |
        | ExpirationModel      | KEY_MATERIAL_DOES_NOT_EXPIRE |
        | ValidTo              | absent                       |
        | CurrentKeyMaterialId | the id of the material       |

    @DIKM-DESC-12
    Scenario: While the key is pending deletion
      Given a symmetric key with imported material that is scheduled for deletion
      Then DescribeKey shows
        | KeyState     | PendingDeletion       |
        | Enabled      | false                 |
        | DeletionDate | a time 7 days from now |

    @DIKM-DESC-13
    Scenario Outline: Enabled is <enabled> when the state is <state>
      Given a symmetric key <situation>
      Then DescribeKey shows
        | KeyState | <state>   |
        | Enabled  | <enabled> |

      Examples:
        | situation                                           | state           | enabled |
        | with imported material                              | Enabled         | true    |
        | with imported material that is disabled             | Disabled        | false   |
        | with imported material that is scheduled for deletion | PendingDeletion | false   |
        | whose material was deleted                          | PendingImport   | false   |

  Rule: Only symmetric keys name their material

    @DIKM-DESC-16
    Scenario: A symmetric key whose material AWS KMS made names it
      Given a symmetric key with material made by AWS KMS
      Then DescribeKey shows
        | Origin               | AWS_KMS |
        | CurrentKeyMaterialId | present |

    @DIKM-DESC-16
    Scenario: An HMAC key whose material AWS KMS made does not name it
      Given an HMAC_256 key with material made by AWS KMS
      Then DescribeKey shows
        | Origin               | AWS_KMS |
        | CurrentKeyMaterialId | absent  |

  Rule: The key stays in the listings

    @DIKM-STATE-20
    Scenario: ListKeys names the key after the delete
      Given a symmetric key whose material was deleted
      Then ListKeys names the key
