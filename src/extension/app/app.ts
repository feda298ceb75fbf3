import type {
  AgentParts,
  ApprovalParts,
  AuditParts,
  CheckupParts,
  CredentialParts,
  FreezeParts,
  GatewayPart,
  LearnParts,
  PolicyParts,
  ServerParts,
  ServiceParts,
  WindowParts,
} from './parts.ts';

/** All of a window: built once by the composition root, never global. Whoever needs a part of it takes that part. */
export interface App
  extends CredentialParts,
    FreezeParts,
    PolicyParts,
    GatewayPart,
    ServiceParts,
    AgentParts,
    ServerParts,
    AuditParts,
    ApprovalParts,
    LearnParts,
    CheckupParts,
    WindowParts {}
