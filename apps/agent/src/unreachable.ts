/** Why there is no answer, for people; and whether somebody at the centre has to act before there is one. */
export interface Unreachable {
  readonly message: string;
  /** True where asking again changes nothing, and may lock an account at the proxy. */
  readonly blocked: boolean;
}

const UNKNOWN_AUTHORITY: Unreachable = {
  message:
    "the certificate that is shown for it was signed by an authority that this machine does not know: if your network checks TLS or has an " +
    "authority of its own, name its certificate by certificateAuthority",
  blocked: true,
};

/** By the code of Node's error. */
const REASONS: Readonly<Record<string, Unreachable>> = {
  ENOTFOUND: passing("no address is known for its name: check the name, and this machine's name server"),
  EAI_AGAIN: passing("the name server does not answer: check this machine's network"),
  ECONNREFUSED: passing("the connection was refused: is the coordinator, or the proxy, running at that address and port?"),
  ECONNRESET: passing("the connection was cut: look for a firewall or a proxy on the way"),
  ETIMEDOUT: passing("nothing answered: look for a firewall on the way, which drops what it does not let through"),
  EHOSTUNREACH: passing("this machine's network has no way there"),
  ENETUNREACH: passing("this machine's network has no way there"),
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: UNKNOWN_AUTHORITY,
  UNABLE_TO_GET_ISSUER_CERT: UNKNOWN_AUTHORITY,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: UNKNOWN_AUTHORITY,
  SELF_SIGNED_CERT_IN_CHAIN: UNKNOWN_AUTHORITY,
  DEPTH_ZERO_SELF_SIGNED_CERT: UNKNOWN_AUTHORITY,
  CERT_SIGNATURE_FAILURE: UNKNOWN_AUTHORITY,
  CERT_UNTRUSTED: UNKNOWN_AUTHORITY,
  ERR_TLS_CERT_ALTNAME_INVALID: settled("the certificate that is shown for it is of another name: check the address"),
  CERT_HAS_EXPIRED: settled("its certificate has expired: tell the network's operator, and check this machine's clock"),
  CERT_NOT_YET_VALID: settled("its certificate is not valid yet: check this machine's clock"),
  EPROTO: settled("what answers there does not speak TLS: check address and port"),
  ERR_SSL_WRONG_VERSION_NUMBER: settled("what answers there does not speak TLS: check address and port"),
};

/** Reads an error of Node's HTTP client; it tells nothing of the request, and no password. */
export function whyUnreachable(error: unknown): Unreachable {
  const { code, statusCode } = (error ?? {}) as { readonly code?: unknown; readonly statusCode?: unknown };
  if (code === "ERR_PROXY_TUNNEL")
    return typeof statusCode === "number" ? proxySaid(statusCode) : passing("the proxy does not let it through");
  return (typeof code === "string" && Object.hasOwn(REASONS, code) ? REASONS[code] : undefined) ?? passing("it can't be reached");
}

/** What a proxy means by the status with which it lets no request through. */
export function proxySaid(status: number): Unreachable {
  if (status === 407)
    return settled("the proxy does not accept user and password: check proxy.user, and the password in proxy.passwordFile");
  return status >= 500
    ? passing(`the proxy can't reach it (status ${status})`)
    : settled(`the proxy refuses to connect to it (status ${status}): ask its administrators to let this machine through`);
}

function passing(message: string): Unreachable {
  return { message, blocked: false };
}

function settled(message: string): Unreachable {
  return { message, blocked: true };
}
