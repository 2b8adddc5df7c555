package io.dialtone.diameter.peer;

/** How a peer is reached, and the port it then has (RFC 6733 section 2.1). */
public enum DiameterTransport {
    TCP("tcp", 3868),
    /** The 5658 printed in RFC 6733 is an erratum. */
    TLS("tls", 5868),
    SCTP("sctp", 3868);

    private final String scheme;
    private final int port;

    DiameterTransport(final String scheme, final int port) {
        this.scheme = scheme;
        this.port = port;
    }

    /** What an operator writes before the colon. */
    public String scheme() {
        return scheme;
    }

    public int defaultPort() {
        return port;
    }
}
