package io.dialtone.runtime.systemtests;

import io.dialtone.api.Session;
import io.dialtone.api.SessionTimers;
import io.dialtone.api.SipHandler;
import io.dialtone.api.SipMethod;
import io.dialtone.api.SipRequest;
import io.dialtone.api.SipResponse;
import io.dialtone.examples.BackToBackService;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The back-to-back service of the examples, whose callers say to which port on loopback they want, by the Request-URI's parameter {@code next} or its user, {@code 5070} or {@code 5070-tcp},
 * or to which domain, by its user. Loaded by the product from our test classes.
 */
public class BridgingService implements SipHandler<BackToBackService.Call> {
    private static final String NEXT = ";next=";
    private static final Pattern PORT = Pattern.compile("(\\d+)(?:-(tcp|tls))?");

    private final BackToBackService service = new BackToBackService(BridgingService::whoIsMeant);

    private static String whoIsMeant(final SipRequest invite) {
        final String uri = invite.requestUri();
        final int at = uri.indexOf(NEXT);
        final String who = at < 0
                ? invite.requestUriUser()
                : uri.substring(at + NEXT.length()).split(";", -1)[0];
        final Matcher port = PORT.matcher(who);
        if (!port.matches()) {
            return who;
        }
        final String transport = port.group(2);
        return "127.0.0.1:" + port.group(1) + (transport == null ? "" : ";transport=" + transport);
    }

    @Override
    public BackToBackService.Call initialState(final SipRequest request) {
        return service.initialState(request);
    }

    @Override
    public void onRequest(final SipRequest request, final Session<BackToBackService.Call> session) {
        service.onRequest(request, session);
    }

    @Override
    public void onResponse(final SipResponse response, final Session<BackToBackService.Call> session) {
        service.onResponse(response, session);
    }

    @Override
    public void onAck(final SipRequest ack, final Session<BackToBackService.Call> session) {
        service.onAck(ack, session);
    }

    @Override
    public void onCancel(final SipRequest cancel, final Session<BackToBackService.Call> session) {
        service.onCancel(cancel, session);
    }

    @Override
    public void onAckMissing(final Session<BackToBackService.Call> session) {
        service.onAckMissing(session);
    }

    @Override
    public void onSessionExpired(final String leg, final Session<BackToBackService.Call> session) {
        service.onSessionExpired(leg, session);
    }

    @Override
    public Optional<SessionTimers> sessionTimers() {
        return service.sessionTimers();
    }

    @Override
    public void onTimer(final String timer, final Session<BackToBackService.Call> session) {
        service.onTimer(timer, session);
    }

    @Override
    public Set<SipMethod> methods() {
        return service.methods();
    }

    @Override
    public Set<String> contentTypes() {
        return service.contentTypes();
    }
}
