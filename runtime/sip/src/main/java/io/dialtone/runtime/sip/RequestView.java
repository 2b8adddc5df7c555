package io.dialtone.runtime.sip;

import io.dialtone.api.Proxying;
import io.dialtone.api.SipMethod;
import io.dialtone.api.SipReply;
import io.dialtone.api.SipRequest;
import io.dialtone.sip.codec.Escapes;
import io.dialtone.sip.codec.HeaderName;
import io.dialtone.sip.codec.NameAddrView;
import io.dialtone.sip.codec.SipMessage;
import io.dialtone.sip.codec.UriView;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.agrona.concurrent.UnsafeBuffer;
import org.jspecify.annotations.Nullable;

/** A request as a handler sees it; laid over one request after the other. Called only by the owning worker, within one handler method. */
final class RequestView implements SipRequest {
    private final NameAddrView address = new NameAddrView();
    private final UriView uri = new UriView();
    private @Nullable SipMessage message;
    private @Nullable ServerTransaction transaction;
    private String user = "";
    private String leg = "";
    private String replaced = "";
    private String joined = "";

    /** Lays the view over a request; an ACK comes without transaction. */
    RequestView wrap(final SipMessage request, final @Nullable ServerTransaction itsTransaction, final String itsLeg) {
        message = request;
        transaction = itsTransaction;
        user = "";
        leg = itsLeg;
        replaced = "";
        joined = "";
        return this;
    }

    /** Says who has proved to have sent the request. */
    void sentBy(final String authenticatedUser) {
        user = authenticatedUser;
    }

    /** Says which leg of the session it names. */
    void naming(final String namedLeg, final boolean isReplaced) {
        replaced = isReplaced ? namedLeg : "";
        joined = isReplaced ? "" : namedLeg;
    }

    /** The transaction of the request, for who is given one. */
    @Nullable
    ServerTransaction transaction() {
        return transaction;
    }

    /** Takes the request away: the handler's method has returned. */
    void unwrap() {
        message = null;
        transaction = null;
    }

    @Override
    public SipMethod method() {
        return Methods.toApi(request().method());
    }

    @Override
    public String leg() {
        request();
        return leg;
    }

    @Override
    public SipReply reply(final int status) {
        final SipMethod method = method();
        if (transaction == null) {
            throw new IllegalStateException(method + " is not answered by a handler");
        }
        return transaction.reply(status);
    }

    @Override
    public Proxying proxy() {
        final SipMethod method = method();
        if (transaction == null) {
            throw new IllegalStateException(method + " is not proxied by a handler");
        }
        return transaction.proxy();
    }

    @Override
    public boolean isInitial() {
        return request().toTagLength() <= 0;
    }

    @Override
    public Optional<String> authenticatedUser() {
        request();
        return user.isEmpty() ? Optional.empty() : Optional.of(user);
    }

    @Override
    public Optional<String> replacedLeg() {
        request();
        return replaced.isEmpty() ? Optional.empty() : Optional.of(replaced);
    }

    @Override
    public Optional<String> joinedLeg() {
        request();
        return joined.isEmpty() ? Optional.empty() : Optional.of(joined);
    }

    @Override
    public String requestUri() {
        final SipMessage request = request();
        return text(request, request.requestUriOffset(), request.requestUriLength());
    }

    @Override
    public String requestUriUser() {
        final SipMessage request = request();
        return uri.parse(request.buffer(), request.requestUriOffset(), request.requestUriLength()) ? user(request) : "";
    }

    @Override
    public String fromUser() {
        return userOf(HeaderName.FROM);
    }

    @Override
    public String toUser() {
        return userOf(HeaderName.TO);
    }

    @Override
    public String callId() {
        final SipMessage request = request();
        return text(request, request.callIdOffset(), request.callIdLength());
    }

    @Override
    public String flow() {
        request();
        return transaction == null ? "" : transaction.layer.core().answers().flowText(transaction);
    }

    @Override
    public long cseq() {
        return request().cseqNumber();
    }

    @Override
    public Optional<String> header(final String name) {
        final int index = first(request(), name);
        return index < 0 ? Optional.empty() : Optional.of(value(request(), index));
    }

    @Override
    public List<String> headers(final String name) {
        final SipMessage request = request();
        final List<String> values = new ArrayList<>();
        for (int i = first(request, name); i >= 0; i = request.nextHeader(i)) {
            values.add(value(request, i));
        }
        return values;
    }

    @Override
    public int bodyLength() {
        return request().bodyLength();
    }

    @Override
    public String body() {
        return new String(bodyBytes(), StandardCharsets.UTF_8);
    }

    @Override
    public byte[] bodyBytes() {
        final SipMessage request = request();
        final byte[] bytes = new byte[request.bodyLength()];
        if (bytes.length > 0) {
            request.buffer().getBytes(request.bodyOffset(), bytes);
        }
        return bytes;
    }

    private SipMessage request() {
        final SipMessage current = message;
        if (current == null) {
            throw new IllegalStateException("a request is the handler's only until its method returns");
        }
        return current;
    }

    private String userOf(final HeaderName name) {
        final SipMessage request = request();
        final int index = request.firstHeader(name);
        return index >= 0
                        && address.wrap(request, index)
                        && uri.parse(request.buffer(), address.uriOffset(), address.uriLength())
                ? user(request)
                : "";
    }

    private String user(final SipMessage request) {
        return uri.userOffset() < 0 ? "" : Escapes.read(text(request, uri.userOffset(), uri.userLength()));
    }

    static int first(final SipMessage request, final String name) {
        final byte[] lower = name.toLowerCase(Locale.ROOT).getBytes(StandardCharsets.US_ASCII);
        final HeaderName known = HeaderName.of(new UnsafeBuffer(lower), 0, lower.length);
        return known == HeaderName.OTHER ? request.findHeader(lower) : request.firstHeader(known);
    }

    static String value(final SipMessage request, final int index) {
        final String raw = text(request, request.headerValueOffset(index), request.headerValueLength(index));
        return raw.indexOf('\n') < 0 ? raw : raw.replaceAll("[ \t]*\r?\n[ \t]+", " ");
    }

    static String text(final SipMessage request, final int offset, final int length) {
        return length <= 0 ? "" : request.buffer().getStringWithoutLengthUtf8(offset, length);
    }
}
