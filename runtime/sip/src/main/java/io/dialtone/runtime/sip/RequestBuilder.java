package io.dialtone.runtime.sip;

import io.dialtone.api.EventInterest;
import io.dialtone.api.OutgoingRequest;
import io.dialtone.api.PendingRequest;
import io.dialtone.runtime.engine.ReplyPort;
import io.dialtone.sip.codec.AsciiWriter;
import io.dialtone.sip.codec.HeaderName;
import io.dialtone.sip.codec.SipMethod;
import java.nio.charset.StandardCharsets;
import java.util.EnumSet;
import java.util.Set;
import org.agrona.concurrent.UnsafeBuffer;
import org.jspecify.annotations.Nullable;

/** The request a handler is making; one for each worker, used again and again. Called only by the owning worker, within a handler method. */
final class RequestBuilder implements OutgoingRequest {
    private static final int EXTRA_BYTES_MAX = 1 << 15;
    private static final int ROUTES_BYTES_MAX = 1 << 12;
    private static final int ADDRESS_BYTES_MAX = 1 << 10;
    private static final byte[] NO_BYTES = {};

    /** What the platform writes itself, or what has a method of its own. */
    private static final Set<HeaderName> PLATFORMS_OWN = EnumSet.of(
            HeaderName.VIA,
            HeaderName.FROM,
            HeaderName.TO,
            HeaderName.CALL_ID,
            HeaderName.CSEQ,
            HeaderName.CONTACT,
            HeaderName.MAX_FORWARDS,
            HeaderName.CONTENT_LENGTH,
            HeaderName.CONTENT_TYPE,
            HeaderName.RECORD_ROUTE,
            HeaderName.ROUTE,
            HeaderName.ALLOW);

    private static final Set<HeaderName> PLATFORMS_OWN_TO_SUBSCRIBE = EnumSet.copyOf(PLATFORMS_OWN);

    static {
        PLATFORMS_OWN_TO_SUBSCRIBE.add(HeaderName.EVENT);
        PLATFORMS_OWN_TO_SUBSCRIBE.add(HeaderName.EXPIRES);
    }

    private final OwnRequests requests;
    private final Set<HeaderName> platformsOwn;
    private final AsciiWriter extra = new AsciiWriter(EXTRA_BYTES_MAX);
    private final AsciiWriter routes = new AsciiWriter(ROUTES_BYTES_MAX);
    private final AsciiWriter from = new AsciiWriter(ADDRESS_BYTES_MAX);
    private final AsciiWriter to = new AsciiWriter(ADDRESS_BYTES_MAX);
    private final UnsafeBuffer body = new UnsafeBuffer(NO_BYTES);
    private SipMethod method = SipMethod.UNKNOWN;
    private String leg = "";
    private byte[] uri = NO_BYTES;
    private final UnsafeBuffer uriView = new UnsafeBuffer(0, 0);
    private byte[] contentType = NO_BYTES;
    private final ReplyPort flow = new ReplyPort();
    private boolean hasFlow;
    private int maxForwards;
    private @Nullable SipSession<?> session;
    private @Nullable Dialog dialog;
    private @Nullable ServerTransaction origin;
    /** What it subscribes to, if it begins a subscription that the platform keeps. */
    private @Nullable EventInterest interest;

    RequestBuilder(final OwnRequests requests, final IntervalRules intervals) {
        this.requests = requests;
        platformsOwn = intervals.headersAnd(PLATFORMS_OWN);
    }

    /** Begins a request outside any dialog. */
    RequestBuilder begin(
            final SipSession<?> ofSession, final SipMethod itsMethod, final String itsLeg, final String itsUri) {
        begin(ofSession, itsMethod, itsLeg);
        uri = ReplyBuilder.utf8("uri", itsUri);
        return this;
    }

    /** Begins a SUBSCRIBE that begins a subscription. */
    RequestBuilder begin(
            final SipSession<?> ofSession, final String name, final String itsUri, final EventInterest itsInterest) {
        begin(ofSession, SipMethod.SUBSCRIBE, name, itsUri);
        interest = itsInterest;
        extra.put(HeaderName.EVENT).put(": ").put(itsInterest.event());
        if (!itsInterest.id().isEmpty()) {
            extra.put(";id=").put(itsInterest.id());
        }
        extra.putLineEnd();
        extra.put(HeaderName.EXPIRES)
                .put(": ")
                .putNumber(itsInterest.expires().toSeconds())
                .putLineEnd();
        return this;
    }

    /** Begins a request within a dialog. */
    RequestBuilder begin(final SipSession<?> ofSession, final SipMethod itsMethod, final Dialog within) {
        begin(ofSession, itsMethod, within.leg());
        dialog = within;
        return this;
    }

    private void begin(final SipSession<?> ofSession, final SipMethod itsMethod, final String itsLeg) {
        if (session != null) {
            throw new IllegalStateException("request " + method + " was begun but not sent");
        }
        session = ofSession;
        method = itsMethod;
        leg = itsLeg;
        uri = NO_BYTES;
        maxForwards = RequestComposer.MAX_FORWARDS;
        dialog = null;
        origin = null;
        interest = null;
        extra.clear();
        routes.clear();
        from.clear();
        to.clear();
        hasFlow = false;
        contentType = NO_BYTES;
        body.wrap(NO_BYTES);
    }

    boolean isOpen() {
        return session != null;
    }

    void abandon() {
        session = null;
        dialog = null;
        origin = null;
    }

    // ---- what the handler says

    @Override
    public OutgoingRequest from(final String address) {
        outside("from");
        requests.addresses().put("from", address, from.clear());
        return this;
    }

    @Override
    public OutgoingRequest to(final String address) {
        outside("to");
        requests.addresses().put("to", address, to.clear());
        return this;
    }

    @Override
    public OutgoingRequest route(final String routeUri) {
        outside("route");
        requests.addresses().putRoute(routeUri, routes);
        return this;
    }

    @Override
    public OutgoingRequest flow(final String name) {
        outside("flow");
        FlowTexts.read(name, flow);
        hasFlow = true;
        return this;
    }

    @Override
    public OutgoingRequest header(final String name, final String value) {
        open();
        ReplyBuilder.putHeader(extra, interest == null ? platformsOwn : PLATFORMS_OWN_TO_SUBSCRIBE, name, value);
        return this;
    }

    @Override
    public OutgoingRequest body(final String type, final String text) {
        return body(type, text.getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public OutgoingRequest body(final String type, final byte[] bytes) {
        open();
        contentType = ReplyBuilder.utf8("content type", type);
        body.wrap(bytes);
        return this;
    }

    @Override
    public OutgoingRequest onBehalfOf(final PendingRequest request) {
        open();
        origin = requests.originOf(request);
        return this;
    }

    @Override
    public void send() {
        final SipSession<?> its = open();
        if (contentType.length > 0) {
            ReplyBuilder.putLine(extra, ReplyBuilder.utf8("name", "Content-Type"), contentType);
        }
        if (extra.isOverflown() || routes.isOverflown() || from.isOverflown() || to.isOverflown()) {
            throw new IllegalStateException(method + ": headers longer than " + EXTRA_BYTES_MAX + " bytes, or an"
                    + " address longer than " + ADDRESS_BYTES_MAX);
        }
        try {
            if (dialog == null) {
                requests.stageInitial(its, this);
            } else {
                requests.stageInDialog(its, dialog, this);
            }
        } finally {
            abandon();
        }
    }

    private SipSession<?> open() {
        final SipSession<?> current = session;
        if (current == null) {
            throw new IllegalStateException("the request was sent already, or its handler method has returned");
        }
        return current;
    }

    private void outside(final String what) {
        open();
        if (dialog != null) {
            throw new IllegalStateException(what + ": a request within a call goes where its call goes");
        }
    }

    // ---- what is written from it

    SipMethod method() {
        return method;
    }

    String leg() {
        return leg;
    }

    /** True if it is to a {@code sips} URI. */
    boolean isToSips() {
        uriView.wrap(uri);
        return SipsRules.isUri(uriView);
    }

    byte[] uri() {
        return uri;
    }

    int maxForwards() {
        return maxForwards;
    }

    void maxForwards(final int hops) {
        maxForwards = hops;
    }

    /** The way it is to go, or null: by its route or Request-URI. */
    @Nullable
    ReplyPort flow() {
        return hasFlow ? flow : null;
    }

    /** What it subscribes to; null if it begins no subscription. */
    @Nullable
    EventInterest interest() {
        return interest;
    }

    AsciiWriter routes() {
        return routes;
    }

    AsciiWriter from() {
        return from;
    }

    AsciiWriter to() {
        return to;
    }

    AsciiWriter extra() {
        return extra;
    }

    UnsafeBuffer bodyBytes() {
        return body;
    }

    @Nullable
    ServerTransaction origin() {
        return origin;
    }
}
