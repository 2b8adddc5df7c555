package io.dialtone.sip.dns;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dialtone.sip.codec.ViaTransport;
import io.dialtone.sip.locate.Answer;
import io.dialtone.sip.locate.Destination;
import io.dialtone.sip.locate.DnsRecord;
import io.dialtone.sip.locate.LocateSettings;
import io.dialtone.sip.locate.Located;
import io.dialtone.sip.locate.Locator;
import io.dialtone.sip.locate.Question;
import io.dialtone.sip.locate.RecordType;
import io.dialtone.sip.locate.StaticRoutes;
import io.dialtone.sip.locate.Target;
import io.dialtone.sip.locate.Ways;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class DnsClientTest {
    private static final long SECOND_NS = 1_000_000_000L;
    private static final DnsRecord HERE = new DnsRecord.Address(0, 0xFFFF_C000_0201L);

    private final TestDnsServer server = new TestDnsServer();
    private DnsClient client = DnsClient.start(DnsClientConfig.of(server.address()));

    @AfterEach
    void close() throws Exception {
        client.close();
        server.close();
    }

    @Test
    void shouldReadEachTypeOfRecord() throws Exception {
        server.on("sip.example", TestDnsServer.A)
                .record("sip.example", TestDnsServer.A, 60, TestDnsServer.ipv4(192, 0, 2, 1));
        server.on("sip.example", TestDnsServer.AAAA)
                .record("sip.example", TestDnsServer.AAAA, 60, TestDnsServer.bytes(out -> {
                    out.writeLong(0x2001_0db8_0000_0000L);
                    out.writeLong(1);
                }));
        server.on("_sip._udp.sip.example", TestDnsServer.SRV)
                .record("_sip._udp.sip.example", TestDnsServer.SRV, 60, TestDnsServer.service(1, 2, 5060, "a.example"));
        server.on("sip.example", TestDnsServer.NAPTR)
                .record(
                        "sip.example",
                        TestDnsServer.NAPTR,
                        60,
                        TestDnsServer.naming(1, 2, "s", "SIP+D2U", "_sip._udp.x.example"));

        assertEquals(Answer.found(List.of(HERE), 60 * SECOND_NS), ask("sip.example", RecordType.A));
        assertEquals(
                List.of(new DnsRecord.Address(0x2001_0db8_0000_0000L, 1)),
                ask("sip.example", RecordType.AAAA).records());
        assertEquals(
                List.of(new DnsRecord.Service(1, 2, 5060, "a.example.")),
                ask("_sip._udp.sip.example", RecordType.SRV).records());
        assertEquals(
                List.of(new DnsRecord.Naming(1, 2, "s", "SIP+D2U", "_sip._udp.x.example.")),
                ask("sip.example", RecordType.NAPTR).records());
    }

    @Test
    void shouldSayHowLongThereIsNothing() throws Exception {
        server.on("no.example", TestDnsServer.A).code(3).soa("example", 300, 20);

        assertEquals(Answer.none(20 * SECOND_NS), ask("no.example", RecordType.A));
        assertEquals(Answer.none(0), ask("nothing.example", RecordType.A));
    }

    @Test
    void shouldAskByTcpWhatDoesNotFitADatagram() throws Exception {
        final TestDnsServer.Reply reply =
                server.on("big.example", TestDnsServer.SRV).truncated();
        for (int i = 0; i < 1_000; i++) {
            reply.record("big.example", TestDnsServer.SRV, 60, TestDnsServer.service(i, 1, 5060, "h" + i + ".example"));
        }

        assertEquals(
                Answer.RECORDS_MAX, ask("big.example", RecordType.SRV).records().size());
    }

    @Test
    void shouldFollowAliasesThroughSeveralResponses() throws Exception {
        server.on("a.example", TestDnsServer.A)
                .record("a.example", TestDnsServer.CNAME, 30, TestDnsServer.name("b.example"));
        server.on("b.example", TestDnsServer.A)
                .record("b.example", TestDnsServer.A, 60, TestDnsServer.ipv4(192, 0, 2, 1));

        assertEquals(Answer.found(List.of(HERE), 30 * SECOND_NS), ask("a.example", RecordType.A));
    }

    @Test
    void shouldGiveUpOnAliasesInACircle() throws Exception {
        server.on("a.example", TestDnsServer.A)
                .record("a.example", TestDnsServer.CNAME, 30, TestDnsServer.name("b.example"));
        server.on("b.example", TestDnsServer.A)
                .record("b.example", TestDnsServer.CNAME, 30, TestDnsServer.name("a.example"));

        assertEquals(Answer.failed(), ask("a.example", RecordType.A));
        assertTrue(server.asked() <= 10, () -> String.valueOf(server.asked()));
    }

    @Test
    void shouldLeaveOutRecordsThatCannotBeRead() throws Exception {
        server.on("x.example", TestDnsServer.SRV)
                .record("x.example", TestDnsServer.SRV, 60, new byte[3])
                .record("x.example", TestDnsServer.SRV, 60, new byte[0])
                .record("x.example", TestDnsServer.SRV, 60, new byte[] {0, 1, 0, 1, 0, 1, 63, 'a'})
                .record("x.example", TestDnsServer.SRV, 60, TestDnsServer.service(1, 2, 5060, "a.example"));
        server.on("x.example", TestDnsServer.A)
                .record("x.example", TestDnsServer.A, 60, new byte[5])
                .record("x.example", TestDnsServer.A, 60, TestDnsServer.ipv4(192, 0, 2, 1));
        server.on("x.example", TestDnsServer.NAPTR)
                .record("x.example", TestDnsServer.NAPTR, 60, new byte[] {0, 1, 0, 1, (byte) 200, 's'});

        assertEquals(
                List.of(new DnsRecord.Service(1, 2, 5060, "a.example.")),
                ask("x.example", RecordType.SRV).records());
        assertEquals(List.of(HERE), ask("x.example", RecordType.A).records());
        assertEquals(Answer.Kind.NONE, ask("x.example", RecordType.NAPTR).kind());
    }

    @Test
    void shouldAskTheNextServerWhenOneRefusesOrIsSilent() throws Exception {
        try (TestDnsServer first = new TestDnsServer();
                TestDnsServer second = new TestDnsServer()) {
            first.on("a.example", TestDnsServer.A).silent();
            second.on("a.example", TestDnsServer.A).code(2);
            server.on("a.example", TestDnsServer.A)
                    .record("a.example", TestDnsServer.A, 60, TestDnsServer.ipv4(192, 0, 2, 1));
            client.close();
            client = DnsClient.start(
                    new DnsClientConfig(List.of(first.address(), second.address(), server.address()), 200, 1));

            assertEquals(List.of(HERE), ask("a.example", RecordType.A).records());
        }
    }

    @Test
    void shouldFailWhenNobodyAnswers() throws Exception {
        server.on("a.example", TestDnsServer.A).silent();
        client.close();
        client = DnsClient.start(new DnsClientConfig(
                List.of(server.address(), new InetSocketAddress(InetAddress.getLoopbackAddress(), 9)), 100, 2));

        assertEquals(Answer.failed(), ask("a.example", RecordType.A));
    }

    @Test
    void shouldFindServersThroughALocator() throws Exception {
        server.on("example.net", TestDnsServer.NAPTR)
                .record(
                        "example.net",
                        TestDnsServer.NAPTR,
                        60,
                        TestDnsServer.naming(1, 2, "s", "SIP+D2U", "_sip._udp.example.net"));
        server.on("_sip._udp.example.net", TestDnsServer.SRV)
                .record(
                        "_sip._udp.example.net",
                        TestDnsServer.SRV,
                        60,
                        TestDnsServer.service(2, 0, 5061, "a.example.net"))
                .record(
                        "_sip._udp.example.net",
                        TestDnsServer.SRV,
                        60,
                        TestDnsServer.service(1, 0, 5062, "a.example.net"));
        server.on("a.example.net", TestDnsServer.A)
                .record("a.example.net", TestDnsServer.A, 60, TestDnsServer.ipv4(192, 0, 2, 1));
        final CompletableFuture<Located> located = new CompletableFuture<>();

        new Locator(LocateSettings.defaults(), StaticRoutes.none(), client, System::nanoTime)
                .locate(
                        new Destination("example.net", 0, null, false),
                        Ways.of((transport, ipv4) -> ipv4),
                        1,
                        located::complete);

        assertEquals(
                List.of(
                        new Target(ViaTransport.UDP, 0, 0xFFFF_C000_0201L, 5062),
                        new Target(ViaTransport.UDP, 0, 0xFFFF_C000_0201L, 5061)),
                located.get(10, TimeUnit.SECONDS).targets());
    }

    @Test
    void shouldKnowTheHostsFileWithoutAQuestion() throws Exception {
        assertEquals(
                List.of(new DnsRecord.Address(0, 0xFFFF_7F00_0001L)),
                ask("localhost", RecordType.A).records());
        assertEquals(0, server.asked());
    }

    private Answer ask(final String name, final RecordType type) throws Exception {
        final CompletableFuture<Answer> answer = new CompletableFuture<>();
        client.execute(() -> client.ask(new Question(name, type), answer::complete));
        return answer.get(10, TimeUnit.SECONDS);
    }
}
