package io.dialtone.examples;

import io.dialtone.runtime.engine.WorkerCounter;
import io.dialtone.runtime.sip.ProxySettings;
import io.dialtone.runtime.sip.SipCounter;
import io.dialtone.runtime.sip.SipSettings;
import io.dialtone.runtime.testsupport.DigestAnswer;
import io.dialtone.runtime.testsupport.SipPeer;
import io.dialtone.runtime.testsupport.SipText;
import io.dialtone.runtime.testsupport.TestCluster;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/**
 * A world of calls gone wrong, made from a seed: phones that behave, and others that send what is well formed at the wrong time, with the wrong tags, twice, or in somebody else's name, while nodes
 * die and slots move. {@link #run} fails if what must hold does not: see {@link FuzzLedger}; besides, nothing may throw, and all must be forgotten when the calls have ended.
 */
final class SequenceFuzz {
    private static final List<String> METHODS = List.of(
            "INVITE",
            "ACK",
            "BYE",
            "CANCEL",
            "OPTIONS",
            "REGISTER",
            "UPDATE",
            "PRACK",
            "INFO",
            "MESSAGE",
            "REFER",
            "SUBSCRIBE",
            "NOTIFY",
            "PUBLISH");
    private static final List<String> WITHIN = List.of(
            "INVITE", "ACK", "BYE", "CANCEL", "UPDATE", "PRACK", "INFO", "OPTIONS", "REFER", "NOTIFY", "SUBSCRIBE");
    private static final int[] STATUSES = {
        100, 180, 183, 199, 200, 200, 202, 302, 401, 404, 407, 408, 481, 486, 487, 491, 500, 503, 603
    };
    private static final Map<String, String> PASSWORDS =
            Map.of("alice", "wonderland", "bob", "builder", "carol", "singer", "dave", "jones");
    private static final int FIRST_IPV4 = 0xC000_0201; // 192.0.2.1, as TestCluster gives addresses
    private static final int STEPS_MIN = 30;
    private static final int STEPS_MAX = 200;
    private static final int TALKS_MAX = 60;
    private static final int MESSAGES_MAX = 200;
    /** Far above what anybody in the world counts to. */
    private static final long LAST_CSEQ = 1_000_000_000;

    private static final Duration LONG_STEP = Duration.ofMillis(20);
    private static final Duration CURTAIN = Duration.ofSeconds(150);
    private static final int CURTAINS_MAX = 2;
    /** A binding that says no time lasts an hour. */
    private static final Duration UNTIL_BINDINGS_END = Duration.ofSeconds(3_700);

    /** A BYE that is twisted so that it goes to the cluster's own address is lost here, and its call with it. */
    private static final ProxySettings CALLS_FORGOTTEN_SOON = new ProxySettings(
            Duration.ofSeconds(200).toNanos(), 16, 16, Duration.ofMinutes(30).toNanos());

    private static final Duration VERY_LONG_STEP = Duration.ofMillis(100);
    private static final Duration RINGING_MAX = Duration.ofSeconds(60);

    /** What must never be counted. */
    private static final List<WorkerCounter> FAULTS = List.of(
            WorkerCounter.HANDLER_FAILURES,
            WorkerCounter.IMAGES_UNREADABLE,
            WorkerCounter.OUTPUTS_UNREADABLE,
            WorkerCounter.EVENTS_NOT_KEPT,
            WorkerCounter.OUTPUTS_DROPPED_OUTBOX_FULL,
            WorkerCounter.FRAMES_UNKNOWN);

    /** What came to whom, and was not answered yet. */
    private record Received(SipPeer peer, SipText message) {}

    /** What was sent, by whom. */
    @SuppressWarnings("ArrayRecordComponent") // nobody compares them
    private record Sent(SipPeer peer, byte[] bytes, String branch, String method) {}

    private enum Step {
        BEHAVE(30),
        CALL(8),
        REGISTER(5),
        SUBSCRIBE(4),
        ASK(5),
        SPEAK(14),
        ANSWER_ODDLY(9),
        REPLAY(8),
        TWIST(12),
        REFLECT(3),
        STORM(2),
        WAIT(6),
        RECONNECT(1),
        MOVE(2),
        KILL(1);

        final int weight;

        Step(final int weight) {
            this.weight = weight;
        }
    }

    private static final int WEIGHTS =
            List.of(Step.values()).stream().mapToInt(step -> step.weight).sum();

    private final long seed;
    private final Random random;
    private final FuzzedService service;
    private final TestCluster cluster;
    private final List<SipPeer> phones = new ArrayList<>();
    private final SipPeer victim;
    private final FuzzLedger ledger;
    private final List<Received> inbox = new ArrayList<>();
    private final List<Received> seen = new ArrayList<>();
    private final List<Sent> sent = new ArrayList<>();
    /** Calls, each of which will be hung up. */
    private final List<FuzzTalk> talks = new ArrayList<>();

    private final List<FuzzTalk> subscriptions = new ArrayList<>();
    private final List<String> trace = new ArrayList<>();
    private int names;
    private boolean isOver;

    private SequenceFuzz(final long seed) {
        this.seed = seed;
        random = new Random(seed);
        random.nextInt(); // the first ones of neighbours are alike
        service = pick(List.of(FuzzedService.values()));
        final TestCluster.Builder builder = service.cluster()
                .nodes(2 + random.nextInt(2))
                .sip(SipSettings.defaults()
                        .withRingingMaxNs(RINGING_MAX.toNanos())
                        .withProxy(CALLS_FORGOTTEN_SOON));
        cluster = random.nextInt(12) == 0 ? builder.worstCase().start() : builder.start();
        for (final String name : List.of("alice", "bob", "carol", "dave", "mallory")) {
            final SipPeer phone = cluster.peer(name);
            phones.add(phone);
            if (random.nextInt(3) == 0) {
                phone.connectFrom(40_000 + phones.size());
            }
        }
        victim = cluster.peer("victim");
        ledger = new FuzzLedger(FIRST_IPV4 + phones.size(), victim.address());
        cluster.watch(this::onSent);
    }

    /** Lives through the world of this seed, and says how many steps it had. */
    static int run(final long seed) {
        final SequenceFuzz fuzz = new SequenceFuzz(seed);
        try {
            return fuzz.live();
        } catch (final RuntimeException | AssertionError failure) {
            throw new AssertionError(fuzz.story(failure), failure);
        }
    }

    private int live() {
        final int steps = STEPS_MIN + random.nextInt(STEPS_MAX - STEPS_MIN);
        for (int i = 0; i < steps; i++) {
            step();
            check();
        }
        end();
        return steps;
    }

    private void step() {
        int at = random.nextInt(WEIGHTS);
        Step step = Step.BEHAVE;
        for (final Step one : Step.values()) {
            step = one;
            at -= one.weight;
            if (at < 0) {
                break;
            }
        }
        trace.add("-- " + step);
        switch (step) {
            case BEHAVE -> behave(random.nextInt(10));
            case CALL -> call();
            case REGISTER -> register();
            case SUBSCRIBE -> subscribe();
            case ASK -> ask();
            case SPEAK -> speak();
            case ANSWER_ODDLY -> answerOddly();
            case REPLAY -> replay();
            case TWIST -> twist();
            case REFLECT -> reflect();
            case STORM -> storm();
            case WAIT -> pass(Duration.ofMillis(1L << random.nextInt(13)), Duration.ofMillis(1));
            case RECONNECT -> pick(phones).connectFrom(random.nextBoolean() ? 0 : 41_000 + random.nextInt(1_000));
            case MOVE -> move();
            case KILL -> kill();
        }
    }

    // ---- what phones do that behave

    /** Does what a message asks for that came and was not seen to. */
    private void behave(final int mood) {
        if (inbox.isEmpty()) {
            call();
            return;
        }
        final Received next = inbox.remove(random.nextInt(inbox.size()));
        final SipText message = next.message();
        if (message.isResponse()) {
            onAnswer(next.peer(), message);
        } else {
            onRequest(next.peer(), message, mood);
        }
    }

    private void onRequest(final SipPeer peer, final SipText request, final int mood) {
        switch (request.method()) {
            case "ACK" -> {}
            case "INVITE" -> {
                final String tag = peer.name() + "-tag";
                remember(FuzzTalk.ofCallee(peer, request, tag));
                if (mood < 4) {
                    inbox.add(new Received(peer, request)); // to be answered later
                    answer(peer, request, mood == 0 ? 183 : 180, tag);
                } else {
                    answer(peer, request, mood < 8 ? 200 : 486, tag);
                }
            }
            default -> answer(peer, request, mood == 9 ? 481 : 200, "any");
        }
    }

    private void answer(final SipPeer peer, final SipText request, final int status, final String tag) {
        final FuzzMessage answer = FuzzMessage.answer(request, status, tag);
        if (status > 100 && status < 300) {
            answer.add("Contact", "<sip:" + peer.name() + "@" + peer.address() + ">");
        }
        if (status == 200 && request.method().equals("INVITE")) {
            answer.sdp();
        }
        send(peer, answer);
    }

    private void onAnswer(final SipPeer peer, final SipText answer) {
        final FuzzMessage read = FuzzMessage.of(answer.bytes());
        final FuzzMessage request = requestOf(peer, read);
        if (request == null) {
            return;
        }
        if (answer.status() == 401
                && answer.toString().contains("realm=\"" + TestCluster.REALM)
                && PASSWORDS.containsKey(peer.name())) {
            final String user = random.nextInt(8) == 0 ? "alice" : "bob";
            final String line = DigestAnswer.to(answer, user, PASSWORDS.getOrDefault(user, ""))
                    .line(request.method(), request.requestUri(), 1 + random.nextInt(2));
            request.remove("Authorization");
            send(
                    peer,
                    request.cseq(request.cseq() + 1)
                            .branch(newName("z9hG4bK"))
                            .add("Authorization", line.substring(line.indexOf(':') + 2)));
        } else if (read.method().equals("SUBSCRIBE") && answer.status() / 100 == 2) {
            keep(subscriptions, FuzzTalk.ofCaller(peer, answer, request), TALKS_MAX);
        } else if (read.method().equals("INVITE") && answer.status() >= 200) {
            if (answer.status() < 300) {
                send(peer, FuzzTalk.ofCaller(peer, answer, request).request("ACK", read.cseq(), newName("z9hG4bK")));
            } else {
                final String to = read.get("To");
                send(peer, request.method("ACK").change("To", any -> to));
            }
        }
    }

    /** The request of a peer that an answer belongs to, as a copy; null if nobody knows any more. */
    private @Nullable FuzzMessage requestOf(final SipPeer peer, final FuzzMessage answer) {
        final String method = answer.method();
        final String branch = answer.branch().orElse("");
        for (int i = sent.size() - 1; i >= 0; i--) {
            final Sent one = sent.get(i);
            if (one.peer() == peer
                    && one.method().equals(method)
                    && one.branch().equals(branch)) {
                final FuzzMessage request = FuzzMessage.of(one.bytes());
                if (request.isRequest()) {
                    return request;
                }
            }
        }
        return null;
    }

    private void call() {
        final FuzzMessage invite = begin(pick(phones), "INVITE");
        if (random.nextInt(3) > 0) {
            invite.sdp();
        }
        if (random.nextInt(5) == 0) {
            invite.add("Supported", "100rel, timer, replaces");
        }
        if (random.nextInt(12) == 0) {
            invite.add("Require", "100rel");
        }
        if (random.nextInt(12) == 0 && !talks.isEmpty()) {
            final FuzzTalk other = pick(talks);
            invite.add("Replaces", other.callId() + ";from-tag=one;to-tag=other");
        }
        sendFrom(invite);
    }

    private void register() {
        final FuzzMessage register = begin(pick(phones), "REGISTER");
        final String user = random.nextInt(5) == 0 ? "alice" : "bob";
        register.requestUri("sip:example.com")
                .change("To", any -> "<sip:" + user + "@example.com>")
                .change("From", from -> from.replaceAll("sip:[^>]*", "sip:" + user + "@example.com"))
                .add("Expires", String.valueOf(random.nextInt(8) == 0 ? 0 : 60 + random.nextInt(30)));
        if (random.nextInt(10) == 0) {
            register.change("Contact", any -> "<sip:" + user + "@" + victim.address() + ">");
        }
        sendFrom(register);
    }

    /** A SUBSCRIBE outside of any dialog, as a rule for something that there is. */
    private void subscribe() {
        sendFrom(wanting(begin(pick(phones), "SUBSCRIBE")));
    }

    private FuzzMessage wanting(final FuzzMessage subscribe) {
        if (random.nextInt(4) > 0) {
            subscribe.add("Expires", String.valueOf(random.nextInt(5) == 0 ? random.nextInt(60) : random.nextInt(600)));
        }
        if (random.nextInt(8) == 0) {
            subscribe.change("Contact", any -> "<sip:bob@" + victim.address() + ">");
        }
        return subscribe.add(
                "Event",
                random.nextInt(6) == 0
                        ? pick(List.of("presence", "refer", "message-summary;id=1;id=2"))
                        : random.nextInt(3) == 0 ? "message-summary;id=" + random.nextInt(3) : "message-summary");
    }

    /** A request outside of any dialog. */
    private void ask() {
        sendFrom(begin(pick(phones), pick(METHODS)));
    }

    // ---- what others do

    /** A request within a dialog, whether it makes sense there or not. */
    private void speak() {
        if (talks.isEmpty()) {
            call();
            return;
        }
        final boolean isOfSubscription = !subscriptions.isEmpty() && random.nextInt(4) == 0;
        final FuzzTalk talk = pick(isOfSubscription ? subscriptions : talks);
        final String method = isOfSubscription && random.nextInt(4) > 0 ? "SUBSCRIBE" : pick(WITHIN);
        final long cseq = talk.invite().cseq() + random.nextInt(6) - (random.nextInt(4) == 0 ? 3 : 0);
        final FuzzMessage request = talk.request(method, cseq, newName("z9hG4bK"));
        switch (method) {
            case "PRACK" ->
                request.add("RAck", random.nextInt(4) + " " + talk.invite().cseq() + " INVITE");
            case "CANCEL", "ACK" -> {
                request.cseq(talk.invite().cseq());
                if (random.nextBoolean()) {
                    talk.invite().branch().ifPresent(request::branch);
                }
                if (random.nextBoolean() && method.equals("CANCEL")) {
                    request.tag("To", "").remove("Route");
                }
            }
            case "REFER" -> request.add("Refer-To", "<sip:carol@192.0.2.3>");
            case "SUBSCRIBE" -> wanting(request);
            case "NOTIFY" -> request.add("Event", "refer").add("Subscription-State", "active");
            case "INVITE", "UPDATE" -> {
                if (random.nextInt(3) > 0) {
                    request.sdp();
                }
            }
            default -> {}
        }
        send(random.nextInt(10) == 0 ? pick(phones) : talk.peer(), request);
    }

    /** An answer with any status and tag, to anything that ever came; perhaps not as a first one, perhaps not from whom it was sent to. */
    private void answerOddly() {
        if (seen.isEmpty()) {
            return;
        }
        final Received one = pick(seen);
        if (one.message().isResponse()) {
            send(one.peer(), FuzzMessage.of(one.message().bytes()));
            return;
        }
        final int status = STATUSES[random.nextInt(STATUSES.length)];
        final String tag = random.nextInt(3) == 0 ? newName("fork") : one.peer().name() + "-tag";
        final FuzzMessage answer = FuzzMessage.answer(one.message(), status, tag);
        if (one.message().method().equals("INVITE") && status > 100 && status < 300) {
            remember(FuzzTalk.ofCallee(one.peer(), one.message(), tag));
        }
        switch (random.nextInt(8)) {
            case 0 -> answer.method(pick(METHODS));
            case 1 -> answer.cseq(answer.cseq() + 1);
            case 2 -> answer.tag("From", newName("tag"));
            case 3 -> answer.branch(answer.branch().orElse("z9hG4bK") + "x");
            default -> {}
        }
        if (status / 100 == 3) {
            answer.add("Contact", "<sip:carol@" + victim.address() + ">");
        } else if (status < 300 && random.nextInt(5) > 0) {
            answer.add("Contact", "<sip:" + one.peer().name() + "@" + one.peer().address() + ">");
        }
        if (status == 183 && random.nextBoolean()) {
            answer.add("Require", "100rel").add("RSeq", String.valueOf(1 + random.nextInt(5)));
        }
        if (status == 401 || status == 407) {
            answer.add(
                    status == 401 ? "WWW-Authenticate" : "Proxy-Authenticate",
                    "Digest realm=\"elsewhere\", nonce=\"" + newName("n") + "\"");
        }
        if (status == 200 && random.nextBoolean()) {
            answer.sdp();
        }
        send(random.nextInt(8) == 0 ? pick(phones) : one.peer(), answer);
    }

    /** Something again, byte for byte, by whom it came from or by somebody else. */
    private void replay() {
        if (!sent.isEmpty()) {
            final Sent one = pick(sent);
            sendBytes(random.nextInt(3) == 0 ? anybody() : one.peer(), one.bytes());
        }
    }

    /** Something that was said before, changed. */
    private void twist() {
        if (sent.isEmpty()) {
            return;
        }
        final Sent one = pick(sent);
        final FuzzMessage message = FuzzMessage.of(one.bytes());
        final int changes = 1 + random.nextInt(3);
        for (int i = 0; i < changes; i++) {
            twist(message);
        }
        send(random.nextInt(4) == 0 ? anybody() : one.peer(), message);
    }

    private void twist(final FuzzMessage message) {
        final FuzzMessage other = FuzzMessage.of(pick(sent).bytes());
        switch (random.nextInt(17)) {
            case 0 -> message.method(pick(METHODS));
            case 1 -> message.tag("To", "");
            case 2 -> message.tag("To", other.tag("To"));
            case 3 -> message.tag("From", other.tag("From").isEmpty() ? "another" : other.tag("From"));
            case 4 -> message.cseq(message.cseq() + random.nextInt(5) - 2);
            case 5 -> message.cseq(random.nextInt(1_000));
            case 6 -> message.branch(newName("z9hG4bK"));
            case 7 -> message.branch(other.branch().orElse("z9hG4bKnone"));
            case 8 -> message.change("Call-ID", any -> other.get("Call-ID"));
            case 9 -> {
                if (!talks.isEmpty()) {
                    final FuzzTalk stolen = pick(talks);
                    message.remove("Route");
                    stolen.routes().reversed().forEach(route -> message.addFirst("Route", route));
                }
            }
            case 10 ->
                message.requestUri(
                        talks.isEmpty() ? "sip:bob@example.com" : pick(talks).target());
            case 11 -> message.requestUri("sip:carol@" + victim.address());
            case 12 -> message.change("Contact", any -> "<sip:carol@" + victim.address() + ">");
            case 13 -> message.remove("Max-Forwards").add("Max-Forwards", String.valueOf(random.nextInt(2)));
            case 14 -> message.change("Via", via -> via.replaceAll("UDP [^;]*", "UDP " + victim.address()));
            case 15 -> message.remove("Require").add("Require", random.nextBoolean() ? "100rel" : "nothing");
            default -> message.change("From", any -> other.get("To").isEmpty() ? any : other.get("From"));
        }
    }

    /** The cluster gets what it has sent. */
    private void reflect() {
        if (!seen.isEmpty()) {
            final Received one = pick(seen);
            sendBytes(
                    random.nextInt(3) == 0 ? anybody() : one.peer(),
                    one.message().bytes());
        }
    }

    /** One request of a dialog over and over, with numbers that grow. */
    private void storm() {
        if (talks.isEmpty()) {
            return;
        }
        final FuzzTalk talk = pick(talks);
        final String method = pick(List.of("PRACK", "UPDATE", "INFO", "BYE", "INVITE", "CANCEL", "ACK"));
        for (int i = 0; i < 12; i++) {
            final FuzzMessage request = talk.request(method, talk.invite().cseq() + i, newName("z9hG4bK"));
            if (method.equals("PRACK")) {
                request.add("RAck", i + " " + talk.invite().cseq() + " INVITE");
            }
            send(talk.peer(), request);
        }
    }

    private void move() {
        if (!sent.isEmpty()) {
            ledger.onTime(); // the next owner says again what may not have arrived
            cluster.moveOwnerOf(service.homeOf(FuzzMessage.of(pick(sent).bytes())));
        }
    }

    /** The owner of some session dies, and all wait until another has it. */
    private void kill() {
        if (cluster.isKeptTwice() && !sent.isEmpty()) {
            final String key = service.homeOf(FuzzMessage.of(pick(sent).bytes()));
            ledger.onDeath();
            ledger.onTime(); // the next owner tells all who wait
            final String former = cluster.killOwnerOf(key);
            trace.add(former + " dies");
            cluster.awaitNewOwner(key, former);
        }
    }

    // ---- the end

    /** All calls are hung up and all questions answered, until everything should be forgotten. */
    private void end() {
        trace.add("-- the end");
        isOver = true;
        for (int i = 0; i < CURTAINS_MAX && (i == 0 || !cluster.leftovers().isEmpty()); i++) {
            hangUp(i);
            pass(CURTAIN, LONG_STEP);
        }
        if (!cluster.leftovers().isEmpty()) {
            pass(UNTIL_BINDINGS_END, VERY_LONG_STEP);
        }
        final List<String> left = cluster.leftovers();
        if (!left.isEmpty()) {
            throw new AssertionError("is still there:\n" + String.join("\n", left));
        }
    }

    private void hangUp(final int times) {
        for (final FuzzTalk talk : List.copyOf(talks)) {
            send(talk.peer(), talk.request("BYE", LAST_CSEQ + times, newName("z9hG4bK")));
            finish();
        }
        finish();
    }

    /** Sees to all that came. */
    private void finish() {
        for (int i = 0; i < 1_000 && !inbox.isEmpty(); i++) {
            final Received next = inbox.removeFirst();
            if (next.message().isResponse()) {
                onAnswer(next.peer(), next.message());
            } else {
                onRequest(next.peer(), next.message(), 8);
            }
        }
        check();
    }

    // ---- the world

    private void pass(final Duration time, final Duration step) {
        trace.add("   " + time.toMillis() + " ms pass");
        ledger.onTime();
        if (!isOver) {
            cluster.advance(time, step);
            return;
        }
        for (Duration rest = time; rest.isPositive(); rest = rest.minusMillis(500)) {
            cluster.advance(Duration.ofMillis(500), step);
            finish();
        }
    }

    private FuzzMessage begin(final SipPeer from, final String method) {
        final String user = pick(List.of("bob", "bob", "bob", "alice", "carol", "+36301234567"));
        return FuzzMessage.request(method, "sip:" + user + "@example.com")
                .add("Via", "SIP/2.0/UDP " + from.address() + ";rport;branch=" + newName("z9hG4bK"))
                .add("Max-Forwards", "70")
                .add("From", "<sip:" + from.name() + "@example.com>;tag=" + newName("t"))
                .add("To", "<sip:" + user + "@example.com>")
                .add("Call-ID", newName("call") + "@" + from.name())
                .add("CSeq", 1 + random.nextInt(3) + " " + method)
                .add("Contact", "<sip:" + from.name() + "@" + from.address() + ">");
    }

    /** Sends by the phone whose address is in Via. */
    private void sendFrom(final FuzzMessage message) {
        send(
                phones.stream()
                        .filter(phone -> message.get("Via").contains(phone.address()))
                        .findFirst()
                        .orElse(victim),
                message);
    }

    private void send(final SipPeer from, final FuzzMessage message) {
        sendBytes(from, message.bytes());
    }

    private void sendBytes(final SipPeer from, final byte[] bytes) {
        final FuzzMessage message = FuzzMessage.of(bytes);
        keep(sent, new Sent(from, bytes, message.branch().orElse(""), message.method()), MESSAGES_MAX);
        note(from.name() + " sends", bytes);
        ledger.onReceived(ipv4Of(from), bytes);
        from.send(bytes);
        from.drain();
    }

    private void onSent(final int ipv4, final int connection, final byte[] bytes) {
        ledger.moves(cluster.moves());
        final int index = ipv4 - FIRST_IPV4;
        final SipPeer to = index >= 0 && index < phones.size() ? phones.get(index) : victim;
        note(to.name() + " gets", bytes);
        ledger.onSent(ipv4, connection, bytes);
        final SipText message = SipText.of(bytes);
        keep(seen, new Received(to, message), MESSAGES_MAX);
        if (to != victim) {
            inbox.add(new Received(to, message));
        }
        if (message.isResponse() && message.tag("To").isPresent() && message.status() < 300) {
            final FuzzMessage answer = FuzzMessage.of(bytes);
            final FuzzMessage invite = answer.method().equals("INVITE") ? requestOf(to, answer) : null;
            if (invite != null) {
                remember(FuzzTalk.ofCaller(to, message, invite));
            }
        }
    }

    private void remember(final FuzzTalk talk) {
        final boolean isKnown = talks.stream()
                .anyMatch(known -> known.callId().equals(talk.callId())
                        && known.local().equals(talk.local())
                        && known.remote().equals(talk.remote()));
        if (!isKnown && talks.size() < TALKS_MAX) {
            talks.add(talk);
        }
    }

    private void check() {
        final List<String> violations = ledger.violations();
        if (!violations.isEmpty()) {
            throw new AssertionError(violations.getFirst());
        }
        for (final WorkerCounter fault : FAULTS) {
            if (cluster.count(fault) != 0) {
                throw new AssertionError(fault + " is " + cluster.count(fault));
            }
        }
        if (cluster.count(SipCounter.STATES_TOO_LONG) != 0) {
            throw new AssertionError("a state is too long");
        }
    }

    private int ipv4Of(final SipPeer peer) {
        final int index = phones.indexOf(peer);
        return FIRST_IPV4 + (index < 0 ? phones.size() : index);
    }

    private SipPeer anybody() {
        return random.nextInt(4) == 0 ? victim : pick(phones);
    }

    private String newName(final String prefix) {
        names++;
        return prefix + names;
    }

    private <T> T pick(final List<T> list) {
        return list.get(random.nextInt(list.size()));
    }

    private <T> void keep(final List<T> list, final T one, final int max) {
        if (list.size() < max) {
            list.add(one);
        } else {
            list.set(random.nextInt(max), one);
        }
    }

    private void note(final String what, final byte[] bytes) {
        trace.add("   " + what + ":\n"
                + new String(bytes, StandardCharsets.UTF_8)
                        .replace("\r\n", "\n")
                        .indent(8));
    }

    private String story(final Throwable failure) {
        final int from = Math.max(0, trace.size() - 12);
        return "seed " + seed + " (-Dtest=SequenceFuzzTest -Ddialtone.fuzz.seed=" + seed + "), " + service + ": "
                + failure.getMessage() + "\nlast of " + trace.size() + " events:\n"
                + String.join("\n", trace.subList(from, trace.size()));
    }

    /** All that happened in the world of a seed, for people. */
    static String tell(final long seed) {
        final SequenceFuzz fuzz = new SequenceFuzz(seed);
        try {
            fuzz.live();
        } catch (final RuntimeException | AssertionError failure) {
            fuzz.trace.add(failure.toString());
        }
        return String.join("\n", fuzz.trace);
    }
}
