package io.dialtone.benchmarks.calls;

import io.dialtone.api.DigestAlgorithm;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** One of many simulated phones: its connection, and what it has to say when it registers. Used by the thread of {@link Phones}. */
final class Phone {
    /** How far it has come. */
    enum State {
        CONNECTING,
        SHAKING_HANDS,
        REGISTERING,
        REGISTERED,
        FAILED
    }

    static final String DOMAIN = "phones.example";

    private static final byte[] NOTHING = new byte[0];
    private static final Pattern PARAMETER = Pattern.compile("(\\w+)=(?:\"([^\"]*)\"|([^,\\s]+))");

    final int number;
    final SocketChannel channel;
    final PhoneWire wire;
    private final String sentBy;
    State state = State.CONNECTING;

    /** What has come of a message whose rest has not. */
    byte[] rest = NOTHING;

    /** When its REGISTER was sent. */
    long registerNs;

    boolean isAsked;
    private int cseq;
    private @Nullable String challenge;
    private int nonceCount;

    /**
     * @param sentBy host and port that its connection comes from
     */
    Phone(final int number, final SocketChannel channel, final PhoneWire wire, final String sentBy) {
        this.number = number;
        this.channel = channel;
        this.wire = wire;
        this.sentBy = sentBy;
    }

    static String user(final int number) {
        return "phone" + number;
    }

    static String addressOfRecord(final int number) {
        return "sip:" + user(number) + "@" + DOMAIN;
    }

    String addressOfRecord() {
        return addressOfRecord(number);
    }

    /** A browser does not know its own address (RFC 7118 section 5). */
    String contact() {
        return wire == PhoneWire.WS
                ? "<sip:" + user(number) + "@browser" + number + ".invalid;transport=ws>"
                : "<sip:" + user(number) + "@" + sentBy + ";transport=tcp>";
    }

    String via(final String branch) {
        return "Via: SIP/2.0/" + wire.via() + " "
                + (wire == PhoneWire.WS ? "browser" + number + ".invalid" : sentBy) + ";branch=z9hG4bK" + branch
                + "\r\n";
    }

    String register(final String run) {
        cseq++;
        isAsked = false;
        return "REGISTER sip:" + DOMAIN + " SIP/2.0\r\n" + via(run + "r" + number + "-" + cseq)
                + "Max-Forwards: 70\r\nFrom: <" + addressOfRecord() + ">;tag=" + run + number + "\r\nTo: <"
                + addressOfRecord() + ">\r\nCall-ID: register-" + number + "-" + run + "\r\nCSeq: " + cseq
                + " REGISTER\r\nContact: " + contact() + "\r\nExpires: 3600\r\n" + credentials()
                + "Content-Length: 0\r\n\r\n";
    }

    /** Keeps what it was asked; false if it has answered already, and was asked again. */
    boolean onChallenge(final PhoneText answer) {
        if (isAsked) {
            return false;
        }
        challenge = answer.header("WWW-Authenticate");
        nonceCount = 0;
        return challenge != null;
    }

    private String credentials() {
        if (challenge == null) {
            return "";
        }
        final String asked = challenge;
        final String realm = parameter(asked, "realm");
        final String nonce = parameter(asked, "nonce");
        final DigestAlgorithm algorithm =
                DigestAlgorithm.ofToken(parameter(asked, "algorithm")).orElse(DigestAlgorithm.MD5);
        final String count = String.format(Locale.ROOT, "%08x", ++nonceCount);
        final String opaque = parameter(asked, "opaque");
        final String uri = "sip:" + DOMAIN;
        final String secret = algorithm.ha1(user(number), realm, PhonesService.password(user(number)));
        final String answer = hash(
                algorithm, secret + ":" + nonce + ":" + count + ":5e7c:auth:" + hash(algorithm, "REGISTER:" + uri));
        return "Authorization: Digest username=\"" + user(number) + "\", realm=\"" + realm + "\", nonce=\"" + nonce
                + "\", uri=\"" + uri + "\", response=\"" + answer + "\", algorithm=" + algorithm.token()
                + ", qop=auth, nc=" + count + ", cnonce=\"5e7c\""
                + (opaque.isEmpty() ? "" : ", opaque=\"" + opaque + "\"") + "\r\n";
    }

    private static String hash(final DigestAlgorithm algorithm, final String text) {
        return HexFormat.of().formatHex(algorithm.newHash().digest(text.getBytes(StandardCharsets.UTF_8)));
    }

    private static String parameter(final String challenge, final String name) {
        final Matcher matcher = PARAMETER.matcher(challenge);
        while (matcher.find()) {
            if (matcher.group(1).equalsIgnoreCase(name)) {
                return matcher.group(2) != null ? matcher.group(2) : matcher.group(3);
            }
        }
        return "";
    }

    void keepRest(final byte[] bytes) {
        rest = bytes.length == 0 ? NOTHING : bytes;
    }
}
