package io.dialtone.net;

/** What the certificate of whom we connect to must say, besides leading to an authority of ours. */
public enum ServerCheck {
    /** It is for the address connected to, or for one of {@link TlsSettings#serverNames()}. */
    ADDRESS_OR_NAME,

    /** Nothing yet: whoever uses the connection compares its names with who answers there. */
    LATER
}
