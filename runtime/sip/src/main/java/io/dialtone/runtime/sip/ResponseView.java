package io.dialtone.runtime.sip;

import io.dialtone.api.PendingRequest;
import io.dialtone.api.SipMethod;
import io.dialtone.api.SipResponse;
import io.dialtone.sip.codec.SipMessage;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** An answer as a handler sees it; laid over one after the other. Called only by the owning worker, within one handler method. */
final class ResponseView implements SipResponse {
    private static final byte[] NO_BYTES = {};

    private int status;
    private io.dialtone.sip.codec.SipMethod method = io.dialtone.sip.codec.SipMethod.UNKNOWN;
    private String leg = "";
    private long cseq;
    private @Nullable SipMessage message;
    private @Nullable ServerTransaction origin;
    private boolean isOfFurtherTargets;
    private boolean isLaid;

    /** Lays the view over an answer, or over none: then this status is the platform's own word. */
    void wrap(final int itsStatus, final @Nullable SipMessage response, final ClientTransaction transaction) {
        status = itsStatus;
        message = response;
        method = transaction.method;
        leg = transaction.leg;
        cseq = transaction.cseq;
        origin = transaction.origin;
        isOfFurtherTargets = false;
        isLaid = true;
    }

    /** Lays the view over what a branch of a proxied request said, or did not. */
    void wrap(
            final int itsStatus,
            final @Nullable SipMessage response,
            final ClientTransaction branch,
            final @Nullable ServerTransaction proxied) {
        wrap(itsStatus, response, branch);
        origin = proxied;
    }

    /** Lays the view over the best response to a proxied request. */
    void wrapBest(
            final int itsStatus,
            final @Nullable SipMessage response,
            final ServerTransaction proxied,
            final boolean isAskedAgain) {
        isOfFurtherTargets = isAskedAgain;
        status = itsStatus;
        message = response;
        method = proxied.method;
        leg = "";
        cseq = proxied.cseq;
        origin = proxied;
        isLaid = true;
    }

    /** Takes the answer away: the handler's method has returned. */
    void unwrap() {
        message = null;
        origin = null;
        isLaid = false;
    }

    @Nullable
    ServerTransaction origin() {
        return origin;
    }

    @Override
    public int status() {
        check();
        return status;
    }

    @Override
    public String reason() {
        check();
        return message == null
                ? new String(ReasonPhrases.of(status), StandardCharsets.US_ASCII)
                : RequestView.text(message, message.reasonOffset(), message.reasonLength());
    }

    @Override
    public SipMethod method() {
        check();
        return Methods.toApi(method);
    }

    @Override
    public String leg() {
        check();
        return leg;
    }

    @Override
    public boolean isLocal() {
        check();
        return message == null;
    }

    @Override
    public boolean isOfFurtherTargets() {
        check();
        return isOfFurtherTargets;
    }

    @Override
    public Optional<PendingRequest> onBehalfOf() {
        check();
        return origin == null || origin.hasFinal() || origin.hasStagedFinal ? Optional.empty() : Optional.of(origin);
    }

    @Override
    public long cseq() {
        check();
        return cseq;
    }

    @Override
    public Optional<String> header(final String name) {
        check();
        if (message == null) {
            return Optional.empty();
        }
        final int index = RequestView.first(message, name);
        return index < 0 ? Optional.empty() : Optional.of(RequestView.value(message, index));
    }

    @Override
    public List<String> headers(final String name) {
        check();
        final List<String> values = new ArrayList<>();
        if (message != null) {
            for (int i = RequestView.first(message, name); i >= 0; i = message.nextHeader(i)) {
                values.add(RequestView.value(message, i));
            }
        }
        return values;
    }

    @Override
    public int bodyLength() {
        check();
        return message == null ? 0 : message.bodyLength();
    }

    @Override
    public String body() {
        return new String(bodyBytes(), StandardCharsets.UTF_8);
    }

    @Override
    public byte[] bodyBytes() {
        final int length = bodyLength();
        if (length == 0 || message == null) {
            return NO_BYTES;
        }
        final byte[] bytes = new byte[length];
        message.buffer().getBytes(message.bodyOffset(), bytes);
        return bytes;
    }

    private void check() {
        if (!isLaid) {
            throw new IllegalStateException("a response is the handler's only until its method returns");
        }
    }
}
