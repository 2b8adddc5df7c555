package io.dialtone.runtime.testsupport;

import io.dialtone.api.DigestAlgorithm;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A phone's answer to a digest challenge (RFC 7616 section 3.4), made by a few lines of code that know nothing of the platform's own. Immutable. */
public final class DigestAnswer {
    private final String header;
    private final String challenge;
    private final String user;
    private final String password;

    private DigestAnswer(final String header, final String challenge, final String user, final String password) {
        this.header = header;
        this.challenge = challenge;
        this.user = user;
        this.password = password;
    }

    /** Answers the first challenge of a 401 or 407, which is the strongest. */
    public static DigestAnswer to(final SipText response, final String user, final String password) {
        final boolean isProxys = response.status() == 407;
        final List<String> challenges = response.headers(isProxys ? "Proxy-Authenticate" : "WWW-Authenticate");
        if (challenges.isEmpty()) {
            throw new AssertionError("no challenge in:\n" + response);
        }
        return new DigestAnswer(
                isProxys ? "Proxy-Authorization" : "Authorization", challenges.getFirst(), user, password);
    }

    /** The same with the challenge for this algorithm. */
    public DigestAnswer with(final SipText response, final DigestAlgorithm algorithm) {
        return response.headers(header.startsWith("Proxy") ? "Proxy-Authenticate" : "WWW-Authenticate").stream()
                .filter(value -> param(value, "algorithm").equals(algorithm.token()))
                .findFirst()
                .map(value -> new DigestAnswer(header, value, user, password))
                .orElseThrow(() -> new AssertionError("no challenge for " + algorithm + " in:\n" + response));
    }

    /** The header line for a request, the nonce being used for the n-th time. */
    public String line(final String method, final String uri, final int nonceCount) {
        return line(method, uri, nonceCount, "auth", "");
    }

    /** The header line for a request with this quality of protection. */
    public String line(
            final String method, final String uri, final int nonceCount, final String qop, final String body) {
        final DigestAlgorithm algorithm =
                DigestAlgorithm.ofToken(param(challenge, "algorithm")).orElseThrow();
        final String realm = param(challenge, "realm");
        final String nonce = param(challenge, "nonce");
        final String count = String.format(Locale.ROOT, "%08x", nonceCount);
        final String ha1 = hash(algorithm, user + ":" + realm + ":" + password);
        final String ha2 =
                hash(algorithm, method + ":" + uri + (qop.equals("auth-int") ? ":" + hash(algorithm, body) : ""));
        final String response = hash(algorithm, ha1 + ":" + nonce + ":" + count + ":0a4f113b:" + qop + ":" + ha2);
        return header + ": Digest username=\"" + user + "\", realm=\"" + realm + "\", nonce=\"" + nonce + "\", uri=\""
                + uri + "\", response=\"" + response + "\", algorithm=" + algorithm.token()
                + ", cnonce=\"0a4f113b\", opaque=\"" + param(challenge, "opaque") + "\", qop=" + qop + ", nc=" + count;
    }

    /** A parameter of a challenge; empty if there is none. */
    public static String param(final String challenge, final String name) {
        final Matcher matcher =
                Pattern.compile("[ ,]" + name + "=(?:\"([^\"]*)\"|([^, ]*))").matcher(challenge);
        if (!matcher.find()) {
            return "";
        }
        return matcher.group(1) == null ? matcher.group(2) : matcher.group(1);
    }

    private static String hash(final DigestAlgorithm algorithm, final String text) {
        return HexFormat.of().formatHex(algorithm.newHash().digest(text.getBytes(StandardCharsets.UTF_8)));
    }
}
