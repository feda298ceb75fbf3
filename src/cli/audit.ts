import { UsageError } from './usage.ts';
export async function auditCommand(_args: string[]): Promise<number> {
  throw new UsageError('audit takes verify or query.');
}
