package io.dialtone.runtime.testsupport;

import io.dialtone.api.ProxiedCall;
import io.dialtone.api.Session;
import io.dialtone.api.SessionTimers;
import io.dialtone.api.SipHandler;
import io.dialtone.api.SipMethod;
import io.dialtone.api.SipRequest;
import io.dialtone.api.SipResponse;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiConsumer;

/** A handler that does what a test says, and notes what it was told. */
final class ScriptedHandler implements SipHandler<ScriptedHandler.Events> {
    /** How many events the session had. */
    record Events(int count) {}

    final List<String> told = new ArrayList<>();
    BiConsumer<SipRequest, Session<Events>> onInvite =
            (invite, session) -> invite.reply(200).send();
    BiConsumer<SipRequest, Session<Events>> onOther =
            (request, session) -> request.reply(200).send();
    BiConsumer<String, Session<Events>> onTimer = (timer, session) -> {};
    BiConsumer<SipResponse, Session<Events>> onResponse = (response, session) -> {};
    BiConsumer<SipRequest, Session<Events>> onCancel = (cancel, session) -> {};
    BiConsumer<SipRequest, Session<Events>> onAck = (ack, session) -> {};
    BiConsumer<SipResponse, Session<Events>> onBest = (best, session) -> {};
    BiConsumer<ProxiedCall, Session<Events>> onAnswered = (call, session) -> {};
    BiConsumer<ProxiedCall, Session<Events>> onEnd = (call, session) -> {};
    BiConsumer<String, Session<Events>> onExpired = (leg, session) -> {};
    Set<SipMethod> proxied = Set.of();
    Optional<SessionTimers> timers = Optional.empty();
    Set<String> extensions = Set.of();
    List<String> contentTypes = List.of("application/sdp");
    private final Set<SipMethod> methods;

    ScriptedHandler(final SipMethod... besides) {
        methods = SipMethod.ofACallAnd(besides);
    }

    /** One that passes on whatever comes. */
    static ScriptedHandler proxying() {
        final ScriptedHandler handler = new ScriptedHandler();
        handler.proxied = EnumSet.allOf(SipMethod.class);
        return handler;
    }

    @Override
    public Events initialState(final SipRequest request) {
        return new Events(0);
    }

    @Override
    public void onRequest(final SipRequest request, final Session<Events> session) {
        told.add(request.method().name());
        session.update(new Events(session.state().count() + 1));
        switch (request.method()) {
            case INVITE -> onInvite.accept(request, session);
            default -> onOther.accept(request, session);
        }
    }

    @Override
    public void onAck(final SipRequest ack, final Session<Events> session) {
        told.add("ACK");
        onAck.accept(ack, session);
    }

    @Override
    public void onCancel(final SipRequest cancel, final Session<Events> session) {
        told.add("CANCEL");
        onCancel.accept(cancel, session);
    }

    @Override
    public void onAckMissing(final Session<Events> session) {
        told.add("ACK missing");
    }

    @Override
    public void onResponse(final SipResponse response, final Session<Events> session) {
        told.add((response.isLocal() ? "local " : "") + response.status() + " " + response.method() + " "
                + response.leg());
        onResponse.accept(response, session);
    }

    @Override
    public void onBranch(final SipResponse response, final Session<Events> session) {
        told.add("branch " + (response.isLocal() ? "local " : "") + response.status() + " " + response.leg());
    }

    @Override
    public void onBestResponse(final SipResponse best, final Session<Events> session) {
        told.add("best " + (best.isLocal() ? "local " : "") + best.status());
        onBest.accept(best, session);
    }

    @Override
    public void onProxiedAnswered(final ProxiedCall call, final Session<Events> session) {
        told.add("answered " + call.status() + " " + userOf(call.target()));
        onAnswered.accept(call, session);
    }

    @Override
    public void onProxiedEnd(final ProxiedCall call, final Session<Events> session) {
        told.add("end " + call.endedBy().orElseThrow() + " " + call.status() + " " + userOf(call.target())
                + (call.isAnswered() ? " after " + call.duration().toSeconds() + " s" : ""));
        onEnd.accept(call, session);
    }

    private static String userOf(final String uri) {
        return uri.isEmpty() ? "nobody" : uri.substring(uri.indexOf(':') + 1, uri.indexOf('@'));
    }

    @Override
    public Set<SipMethod> proxied() {
        return proxied;
    }

    @Override
    public void onSessionExpired(final String leg, final Session<Events> session) {
        told.add("expired " + leg);
        onExpired.accept(leg, session);
    }

    @Override
    public Optional<SessionTimers> sessionTimers() {
        return timers;
    }

    @Override
    public Set<String> contentTypes() {
        return Set.copyOf(contentTypes);
    }

    @Override
    public Set<String> extensions() {
        return extensions;
    }

    @Override
    public Set<SipMethod> methods() {
        return methods;
    }

    @Override
    public void onTimer(final String timer, final Session<Events> session) {
        told.add("timer " + timer);
        onTimer.accept(timer, session);
    }
}
