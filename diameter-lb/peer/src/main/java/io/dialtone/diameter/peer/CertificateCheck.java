package io.dialtone.diameter.peer;

/** What a peer's certificate must say where there is TLS; that it leads to an authority of ours is the transport's to see. */
public enum CertificateCheck {
    /** It must be shown, and be for the Origin-Host (RFC 6733 section 13.1 leaves the rule to us). */
    REQUIRED,
    /** If one is shown, it must be for the Origin-Host. */
    IF_SHOWN,
    /** Whoever has any certificate of our authorities may be any peer. */
    NOT_COMPARED
}
