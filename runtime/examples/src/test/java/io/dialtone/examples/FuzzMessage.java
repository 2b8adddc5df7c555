package io.dialtone.examples;

import io.dialtone.runtime.testsupport.SipCalled;
import io.dialtone.runtime.testsupport.SipText;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A message as {@link SequenceFuzz} makes and changes it: always well formed, however senseless. Not thread safe. */
final class FuzzMessage {
    private static final Pattern TAG = Pattern.compile(";tag=[^;>,\\s]*");
    private static final Pattern BRANCH = Pattern.compile(";branch=[^;>,\\s]*");

    private record Header(String name, String value) {}

    private String startLine;
    private final List<Header> headers = new ArrayList<>();
    private String body;

    private FuzzMessage(final String startLine, final String body) {
        this.startLine = startLine;
        this.body = body;
    }

    /** A request with nothing but its first line. */
    static FuzzMessage request(final String method, final String uri) {
        return new FuzzMessage(method + " " + uri + " SIP/2.0", "");
    }

    /** The answer to a request that a user agent would give, with this tag of its own. */
    static FuzzMessage answer(final SipText request, final int status, final String tag) {
        final FuzzMessage answer = new FuzzMessage("SIP/2.0 " + status + " Answer", "");
        for (final String name : List.of("Via", "From", "To", "Call-ID", "CSeq")) {
            request.headers(name).forEach(value -> answer.add(name, value));
        }
        if (status > 100) {
            request.headers("Record-Route").forEach(value -> answer.add("Record-Route", value));
            if (request.tag("To").isEmpty()) {
                answer.tag("To", tag);
            }
        }
        return answer;
    }

    static FuzzMessage of(final byte[] bytes) {
        final String text = new String(bytes, StandardCharsets.UTF_8);
        final int end = text.indexOf("\r\n\r\n");
        final String[] lines = text.substring(0, end).split("\r\n", -1);
        final FuzzMessage message = new FuzzMessage(lines[0], text.substring(end + 4));
        for (int i = 1; i < lines.length; i++) {
            final int colon = lines[i].indexOf(':');
            message.add(
                    lines[i].substring(0, colon).trim(),
                    lines[i].substring(colon + 1).trim());
        }
        return message;
    }

    boolean isRequest() {
        return !startLine.startsWith("SIP/2.0 ");
    }

    String method() {
        return isRequest()
                ? startLine.substring(0, startLine.indexOf(' '))
                : get("CSeq").replaceAll("^\\d+ ", "");
    }

    String get(final String name) {
        return headers.stream()
                .filter(header -> header.name().equalsIgnoreCase(name))
                .map(Header::value)
                .findFirst()
                .orElse("");
    }

    FuzzMessage add(final String name, final String value) {
        headers.add(new Header(name, value));
        return this;
    }

    FuzzMessage remove(final String name) {
        headers.removeIf(header -> header.name().equalsIgnoreCase(name));
        return this;
    }

    /** Takes away the first so many headers of this name. */
    FuzzMessage remove(final String name, final int count) {
        for (int i = 0; i < count; i++) {
            headers.stream()
                    .filter(header -> header.name().equalsIgnoreCase(name))
                    .findFirst()
                    .ifPresent(headers::remove);
        }
        return this;
    }

    FuzzMessage addFirst(final String name, final String value) {
        headers.addFirst(new Header(name, value));
        return this;
    }

    /** Changes the first header of this name, if there is one. */
    FuzzMessage change(final String name, final UnaryOperator<String> change) {
        for (int i = 0; i < headers.size(); i++) {
            if (headers.get(i).name().equalsIgnoreCase(name)) {
                headers.set(i, new Header(name, change.apply(headers.get(i).value())));
                return this;
            }
        }
        return this;
    }

    /** Another method, with a CSeq that fits. */
    FuzzMessage method(final String method) {
        if (isRequest()) {
            startLine = method + startLine.substring(startLine.indexOf(' '));
        }
        return change("CSeq", value -> value.substring(0, value.indexOf(' ') + 1) + method);
    }

    String requestUri() {
        return startLine.split(" ", -1)[1];
    }

    FuzzMessage requestUri(final String uri) {
        if (isRequest()) {
            startLine = method() + " " + uri + " SIP/2.0";
        }
        return this;
    }

    FuzzMessage status(final int status) {
        if (!isRequest()) {
            startLine = "SIP/2.0 " + status + " Answer";
        }
        return this;
    }

    FuzzMessage cseq(final long number) {
        return change("CSeq", value -> Math.max(0, number) + value.substring(value.indexOf(' ')));
    }

    long cseq() {
        return Long.parseLong(get("CSeq").split(" ", -1)[0]);
    }

    /** Sets the tag of From or To; an empty one takes it away. */
    FuzzMessage tag(final String name, final String tag) {
        return change(name, value -> TAG.matcher(value).replaceAll("") + (tag.isEmpty() ? "" : ";tag=" + tag));
    }

    String tag(final String name) {
        final Matcher matcher = TAG.matcher(get(name));
        return matcher.find() ? matcher.group().substring(5) : "";
    }

    FuzzMessage branch(final String branch) {
        return change("Via", value -> BRANCH.matcher(value).replaceAll(";branch=" + branch));
    }

    Optional<String> branch() {
        final Matcher matcher = BRANCH.matcher(get("Via"));
        return matcher.find() ? Optional.of(matcher.group().substring(8)) : Optional.empty();
    }

    FuzzMessage sdp() {
        body = SipCalled.SDP;
        return remove("Content-Type").add("Content-Type", "application/sdp");
    }

    byte[] bytes() {
        remove("Content-Length");
        final StringBuilder text = new StringBuilder(1024).append(startLine).append("\r\n");
        headers.forEach(header ->
                text.append(header.name()).append(": ").append(header.value()).append("\r\n"));
        text.append("Content-Length: ").append(body.length()).append("\r\n\r\n").append(body);
        return text.toString().getBytes(StandardCharsets.UTF_8);
    }
}
