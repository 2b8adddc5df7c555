package io.dialtone.runtime.systemtests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dialtone.diameter.codec.ApplicationId;
import io.dialtone.diameter.codec.AvpFlags;
import io.dialtone.diameter.codec.BaseAvp;
import io.dialtone.diameter.codec.CommandCode;
import io.dialtone.diameter.codec.CommandFlags;
import io.dialtone.diameter.codec.DiameterEditor;
import io.dialtone.diameter.codec.DiameterLimits;
import io.dialtone.diameter.codec.DiameterMessage;
import io.dialtone.diameter.codec.DiameterWriter;
import io.dialtone.diameter.codec.ParseResult;
import io.dialtone.diameter.codec.ResultCode;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Ten messages that the codec has written or edited, and an independent decoder's opinion of them. */
class DiameterOnTheWireTest {
    private static final int M = AvpFlags.MANDATORY;
    private static final int TGPP = 10_415;
    private static final byte[] RELAY = ascii("relay.test.realm");
    private static final byte[] CLIENT = ascii("cli.test.realm");
    private static final byte[] SERVER = ascii("srv1.test.realm");

    @RegisterExtension
    final Stage stage = new Stage();

    private final DiameterWriter writer = new DiameterWriter();
    private final DiameterEditor editor = new DiameterEditor();
    private final UnsafeBuffer buffer = new UnsafeBuffer(new byte[4096]);
    private final List<byte[]> messages = new ArrayList<>();
    private Path pcap = Path.of("none");

    private static byte[] ascii(final String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    private static DiameterMessage parsed(final byte[] bytes, final ParseResult expected) {
        final DiameterMessage message = new DiameterMessage(DiameterLimits.defaults());
        assertEquals(expected, message.parse(new UnsafeBuffer(bytes), 0, bytes.length));
        return message;
    }

    @BeforeEach
    void writeMessages() throws IOException, InterruptedException {
        final byte[] cer = capabilities();
        keep(cer);
        keep(answer(parsed(cer, ParseResult.COMPLETE), ResultCode.SUCCESS));
        begin(CommandFlags.REQUEST, CommandCode.DEVICE_WATCHDOG, ApplicationId.BASE, 3);
        origin(CLIENT);
        writer.unsigned32(BaseAvp.ORIGIN_STATE_ID.code(), M, 0, 0xFFFF_FFFFL);
        keep(written(writer.end()));
        begin(CommandFlags.REQUEST, CommandCode.DISCONNECT_PEER, ApplicationId.BASE, 4);
        origin(CLIENT);
        writer.unsigned32(BaseAvp.DISCONNECT_CAUSE.code(), M, 0, 2);
        keep(written(writer.end()));
        final byte[] ccr = creditControl();
        keep(ccr);
        final byte[] relayed = relayed(ccr);
        keep(relayed);
        keep(sentAgain(ccr));
        keep(answer(parsed(relayed, ParseResult.COMPLETE), ResultCode.SUCCESS));
        keep(answer(parsed(ccr, ParseResult.COMPLETE), ResultCode.TOO_BUSY));
        final byte[] broken = ccr.clone();
        final int lowestByteOfLength = 7;
        broken[parsed(ccr, ParseResult.COMPLETE).find(BaseAvp.CC_REQUEST_TYPE) + lowestByteOfLength] = 7;
        keep(answer(parsed(broken, ParseResult.MALFORMED), ResultCode.INVALID_AVP_LENGTH));
        writePcap();
    }

    private byte[] capabilities() {
        begin(CommandFlags.REQUEST, CommandCode.CAPABILITIES_EXCHANGE, ApplicationId.BASE, 1);
        origin(CLIENT);
        writer.address(BaseAvp.HOST_IP_ADDRESS.code(), M, 0, InetAddress.ofLiteral("192.0.2.1"));
        writer.address(BaseAvp.HOST_IP_ADDRESS.code(), M, 0, InetAddress.ofLiteral("2001:db8::1"));
        writer.unsigned32(BaseAvp.VENDOR_ID.code(), M, 0, TGPP);
        writer.text(BaseAvp.PRODUCT_NAME.code(), 0, 0, "Dialtone");
        writer.unsigned32(BaseAvp.AUTH_APPLICATION_ID.code(), M, 0, Integer.toUnsignedLong(ApplicationId.RELAY));
        writer.beginGroup(BaseAvp.VENDOR_SPECIFIC_APPLICATION_ID.code(), M, 0);
        writer.unsigned32(BaseAvp.VENDOR_ID.code(), M, 0, TGPP);
        writer.unsigned32(BaseAvp.AUTH_APPLICATION_ID.code(), M, 0, ApplicationId.RX);
        writer.endGroup();
        return written(writer.end());
    }

    private byte[] creditControl() {
        begin(
                CommandFlags.REQUEST | CommandFlags.PROXIABLE,
                CommandCode.CREDIT_CONTROL,
                ApplicationId.CREDIT_CONTROL,
                5);
        writer.text(BaseAvp.SESSION_ID.code(), M, 0, "cli.test.realm;1;2;session1");
        origin(CLIENT);
        writer.text(BaseAvp.DESTINATION_REALM.code(), M, 0, "test.realm");
        writer.bytes(BaseAvp.DESTINATION_HOST.code(), M, 0, SERVER);
        writer.unsigned32(BaseAvp.AUTH_APPLICATION_ID.code(), M, 0, ApplicationId.CREDIT_CONTROL);
        writer.text(461, M, 0, "32251@3gpp.org");
        writer.unsigned32(BaseAvp.CC_REQUEST_TYPE.code(), M, 0, 1);
        writer.unsigned32(BaseAvp.CC_REQUEST_NUMBER.code(), M, 0, 0);
        writer.time(55, M, 0, Instant.parse("2023-11-16T12:00:00Z").getEpochSecond());
        writer.beginGroup(BaseAvp.SUBSCRIPTION_ID.code(), M, 0);
        writer.unsigned32(450, M, 0, 0);
        writer.text(444, M, 0, "491700000001");
        writer.endGroup();
        writer.beginGroup(456, M, 0);
        writer.beginGroup(437, M, 0);
        writer.unsigned64(421, M, 0, 1L << 33);
        writer.endGroup();
        writer.unsigned32(432, M, 0, 10);
        writer.endGroup();
        writer.beginGroup(873, M, TGPP);
        writer.beginGroup(874, M, TGPP);
        writer.unsigned32(2, M, TGPP, 77);
        writer.bytes(23, M, TGPP, new byte[] {0x40, 0});
        writer.endGroup();
        writer.endGroup();
        return written(writer.end());
    }

    private byte[] relayed(final byte[] ccr) {
        editor.begin(parsed(ccr, ParseResult.COMPLETE), buffer, 0, buffer.capacity());
        editor.hopByHopId(0xCAFE_BABE);
        editor.append(BaseAvp.ROUTE_RECORD.code(), M, 0, CLIENT);
        editor.appendProxyInfo(RELAY, new UnsafeBuffer(ascii("state-1")), 0, 7);
        return written(editor.end());
    }

    /** To another server, which has a longer name; without the time. */
    private byte[] sentAgain(final byte[] ccr) {
        final DiameterMessage message = parsed(ccr, ParseResult.COMPLETE);
        final byte[] other = ascii("server-two.test.realm");
        editor.begin(message, buffer, 0, buffer.capacity());
        editor.append(BaseAvp.ROUTE_RECORD.code(), M, 0, CLIENT);
        editor.replaceValue(message.find(BaseAvp.DESTINATION_HOST), other, 0, other.length);
        editor.remove(message.find(BaseAvp.SUBSCRIPTION_ID));
        editor.flags(message.flags() | CommandFlags.RETRANSMITTED);
        editor.hopByHopId(0xCAFE_BABF);
        return written(editor.end());
    }

    private byte[] answer(final DiameterMessage request, final int resultCode) {
        writer.answer(buffer, 0, buffer.capacity(), request, resultCode);
        origin(SERVER);
        writer.failedAvp(request);
        writer.copyAll(request, BaseAvp.PROXY_INFO);
        return written(writer.end());
    }

    private void begin(final int flags, final int commandCode, final int applicationId, final int id) {
        writer.begin(buffer, 0, buffer.capacity(), flags, commandCode, applicationId, id, 0x1000_0000 + id);
    }

    private void origin(final byte[] host) {
        writer.bytes(BaseAvp.ORIGIN_HOST.code(), M, 0, host);
        writer.text(BaseAvp.ORIGIN_REALM.code(), M, 0, "test.realm");
    }

    private byte[] written(final int length) {
        assertTrue(length > 0);
        final byte[] bytes = new byte[length];
        buffer.getBytes(0, bytes);
        return bytes;
    }

    private void keep(final byte[] message) {
        messages.add(message);
    }

    private void writePcap() throws IOException, InterruptedException {
        final StringBuilder dump = new StringBuilder();
        for (final byte[] message : messages) {
            for (int i = 0; i < message.length; i += 16) {
                dump.append(String.format("%06x", i));
                for (int n = i; n < Math.min(i + 16, message.length); n++) {
                    dump.append(String.format(" %02x", message[n]));
                }
                dump.append('\n');
            }
        }
        final Path text = stage.write("messages.txt", dump.toString());
        pcap = stage.directory().resolve("messages.pcap");
        run("text2pcap", List.of(Peer.TEXT2PCAP.path(), "-q", "-T", "40000,3868", text.toString(), pcap.toString()));
    }

    /** Fields of the messages a filter selects: of a message a line, parted by |, and several values parted by a semicolon. */
    private List<String> read(final String filter, final String... fields) throws IOException, InterruptedException {
        final List<String> command = new ArrayList<>(List.of(Peer.TSHARK.path(), "-r", pcap.toString(), "-n"));
        command.addAll(List.of("-d", "tcp.port==3868,diameter", "-Y", filter, "-T", "fields"));
        command.addAll(List.of("-E", "separator=|", "-E", "aggregator=;"));
        for (final String field : fields) {
            command.addAll(List.of("-e", field));
        }
        return run("tshark", command);
    }

    private List<String> run(final String name, final List<String> command) throws IOException, InterruptedException {
        final Path output = stage.directory().resolve(name + ".txt");
        final Path error = stage.directory().resolve(name + ".err");
        final Process process = new ProcessBuilder(command)
                .redirectError(error.toFile())
                .redirectOutput(output.toFile())
                .start();
        assertEquals(0, process.waitFor(), () -> name + " failed; see " + error);
        return Files.readString(output, StandardCharsets.UTF_8).lines().toList();
    }

    @Test
    void shouldWriteNothingThatADecoderObjectsTo() throws IOException, InterruptedException {
        assertEquals(
                List.of(),
                read(
                        "!diameter || _ws.malformed || _ws.expert.severity >= 0x600000 || diameter.avp.unknown",
                        "frame.number",
                        "_ws.expert.message",
                        "_ws.col.Info"));
        assertEquals(10, read("diameter", "frame.number").size());
    }

    @Test
    void shouldWriteHeadersAsADecoderReadsThem() throws IOException, InterruptedException {
        assertEquals(
                List.of(
                        "257|0x80|0|0x00000001|0x10000001",
                        "257|0x00|0|0x00000001|0x10000001",
                        "280|0x80|0|0x00000003|0x10000003",
                        "282|0x80|0|0x00000004|0x10000004",
                        "272|0xc0|4|0x00000005|0x10000005",
                        "272|0xc0|4|0xcafebabe|0x10000005",
                        "272|0xd0|4|0xcafebabf|0x10000005",
                        "272|0x40|4|0xcafebabe|0x10000005",
                        "272|0x60|4|0x00000005|0x10000005",
                        "272|0x40|4|0x00000005|0x10000005"),
                read(
                        "diameter",
                        "diameter.cmd.code",
                        "diameter.flags",
                        "diameter.applicationId",
                        "diameter.hopbyhopid",
                        "diameter.endtoendid"));
    }

    @Test
    void shouldWriteValuesAsADecoderReadsThem() throws IOException, InterruptedException {
        assertEquals(
                List.of("192.0.2.1|2001:db8::1|Dialtone|4294967295;16777236"),
                read(
                        "diameter.cmd.code == 257 && diameter.flags.request == 1",
                        "diameter.Host-IP-Address.IPv4",
                        "diameter.Host-IP-Address.IPv6",
                        "diameter.Product-Name",
                        "diameter.Auth-Application-Id"));
        assertEquals(
                List.of("4294967295|"),
                read("diameter.cmd.code == 280", "diameter.Origin-State-Id", "diameter.Session-Id"));
        assertEquals(List.of("2"), read("diameter.cmd.code == 282", "diameter.Disconnect-Cause"));
        final String ccr = "diameter.cmd.code == 272 && diameter.flags.request == 1";
        assertEquals(
                List.of(
                        "cli.test.realm;1;2;session1|srv1.test.realm|8589934592|0000004d|491700000001||",
                        "cli.test.realm;1;2;session1|srv1.test.realm|8589934592|0000004d|491700000001|cli.test.realm|relay.test.realm",
                        "cli.test.realm;1;2;session1|server-two.test.realm|8589934592|0000004d||cli.test.realm|"),
                read(
                        ccr,
                        "diameter.Session-Id",
                        "diameter.Destination-Host",
                        "diameter.CC-Total-Octets",
                        "diameter.3GPP-Charging-Id",
                        "diameter.Subscription-Id-Data",
                        "diameter.Route-Record",
                        "diameter.Proxy-Host"));
        for (final String time : read(ccr, "diameter.Event-Timestamp")) {
            assertTrue(time.startsWith("Nov 16, 2023"), time);
        }
    }

    @Test
    void shouldWriteAnswersAsADecoderReadsThem() throws IOException, InterruptedException {
        assertEquals(
                List.of(
                        "2001||srv1.test.realm||",
                        "2001|cli.test.realm;1;2;session1|srv1.test.realm|relay.test.realm|",
                        "3004|cli.test.realm;1;2;session1|srv1.test.realm||",
                        "5014|cli.test.realm;1;2;session1|srv1.test.realm||000001a04000000c00000000"),
                read(
                        "diameter.flags.request == 0",
                        "diameter.Result-Code",
                        "diameter.Session-Id",
                        "diameter.Origin-Host",
                        "diameter.Proxy-Host",
                        "diameter.Failed-AVP"));
    }
}
