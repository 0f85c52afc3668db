/** How `token` is called. */
export const TOKEN_USAGE: string =
  "token create --config FILE --name NAME [--role researcher|coordinator|auditor] [--dataset ID]… [--action ENDPOINT]… [--expires 90d|2027-01-31|never] [--json]; " +
  "token list --config FILE [--json]; token revoke --config FILE ID";
