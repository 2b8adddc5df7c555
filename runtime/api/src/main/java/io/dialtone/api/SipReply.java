package io.dialtone.api;

/**
 * An answer in the making. Via, From, To with its tag, Call-ID, CSeq, Record-Route, Contact of a dialog, Allow and Content-Length are the platform's business. Used and
 * sent within one handler method; a reply that is begun but not sent is taken as a handler's error.
 */
public interface SipReply {
    /** Another reason phrase than the usual one of the status. */
    SipReply reason(String phrase);

    /**
     * Adds a header line.
     *
     * @throws IllegalArgumentException when the name is no token, the value holds a line break, or the header is the platform's business
     */
    SipReply header(String name, String value);

    /** Adds a Contact with this URI: where to go instead (3xx). A Contact with parameters is added by {@link #header}. */
    SipReply contact(String uri);

    /** Sets the body. */
    SipReply body(String contentType, String text);

    /** Sets the body. */
    SipReply body(String contentType, byte[] bytes);

    void send();
}
