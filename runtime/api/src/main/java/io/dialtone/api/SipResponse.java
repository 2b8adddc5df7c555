package io.dialtone.api;

import java.util.List;
import java.util.Optional;

/**
 * An answer to a request of the service, laid over the bytes it came in. Valid until the handler's method returns; text is made only when asked for.
 */
public interface SipResponse {
    /** 101 to 699; 100 is the platform's own business. */
    int status();

    /** The reason phrase. */
    String reason();

    /** The method that was answered. */
    SipMethod method();

    /** Name of the leg it came on, or the name that a request outside any call was given. */
    String leg();

    /** True for 101 to 199: more is to come. */
    default boolean isProvisional() {
        return status() < 200;
    }

    /** True for 200 to 299. */
    default boolean isSuccess() {
        return status() >= 200 && status() < 300;
    }

    /** True if no peer said this: nobody answered in time (408), nobody was found by the name (503), or the request was withdrawn (487). There are no headers and no body then. */
    boolean isLocal();

    /**
     * True for the {@linkplain SipHandler#onBestResponse best response} of targets that the handler has named when an earlier one was shown to it. Who names further targets each time without
     * asking this goes round until there are as many as there may be.
     */
    boolean isOfFurtherTargets();

    /** The request for which this was asked ({@link OutgoingRequest#onBehalfOf}), if it still wants its final answer. */
    Optional<PendingRequest> onBehalfOf();

    /** The number in CSeq, which RAck must name (RFC 3262). */
    long cseq();

    /** The value of the first header of this name, long or compact form, in any case. */
    Optional<String> header(String name);

    /** The values of all header lines of this name, in order. Lines are not split at commas. */
    List<String> headers(String name);

    /** Length of the body in bytes. */
    int bodyLength();

    /** The body as UTF-8 text; empty if there is none. */
    String body();

    /** Copy of the body's bytes. */
    byte[] bodyBytes();
}
