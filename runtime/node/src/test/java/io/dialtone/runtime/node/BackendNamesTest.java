package io.dialtone.runtime.node;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.dialtone.sip.locate.Answer;
import io.dialtone.sip.locate.DnsRecord;
import io.dialtone.sip.locate.Question;
import io.dialtone.sip.locate.RecordSource;
import io.dialtone.sip.locate.RecordType;
import io.dialtone.sip.routing.BackendSpec;
import io.dialtone.sip.routing.BackendStatus;
import io.dialtone.sip.routing.Balancer;
import io.dialtone.sip.routing.ProxyConfig;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** Backends that are given by name, and go where their name goes. */
class BackendNamesTest {
    private static final long SECOND_NS = 1_000_000_000L;
    private static final DnsRecord FIRST = new DnsRecord.Address(0, 0xFFFF_7F00_0001L); // 127.0.0.1, where localhost is
    private static final DnsRecord SECOND = new DnsRecord.Address(0, 0xFFFF_C000_0202L); // 192.0.2.2
    private static final DnsRecord SIXTH = new DnsRecord.Address(0x2001_0db8_0000_0000L, 1);

    private final Balancer balancer;
    private final List<Question> asked = new ArrayList<>();
    private final BackendNames names;
    private Answer ipv4 = Answer.found(List.of(FIRST), 30 * SECOND_NS);
    private Answer ipv6 = Answer.none(0);
    private long nowNs = 7;

    BackendNamesTest() throws UnknownHostException {
        balancer = new Balancer(
                ProxyConfig.builder()
                        .backends(List.of(
                                BackendSpec.parse("localhost:5061;weight=3"), BackendSpec.parse("192.0.2.9:5060")))
                        .build(),
                1);
        names = new BackendNames(
                balancer.control(), new Dns(), Duration.ofHours(1).toNanos(), () -> nowNs);
    }

    private final class Dns implements RecordSource {
        @Override
        public void execute(final Runnable task) {
            task.run();
        }

        @Override
        public void ask(final Question question, final Consumer<Answer> onAnswer) {
            asked.add(question);
            onAnswer.accept(question.type() == RecordType.A ? ipv4 : ipv6);
        }

        @Override
        public void close() {}
    }

    private void work() {
        for (int i = 0; i < 4; i++) {
            names.doWork();
        }
    }

    private List<String> addresses() {
        return balancer.control().list().stream()
                .map(BackendStatus::address)
                .sorted()
                .toList();
    }

    @Test
    void shouldAskAgainWhenTheTtlIsOver() {
        work();
        assertEquals(List.of(new Question("localhost", RecordType.A)), asked);

        nowNs += 29 * SECOND_NS;
        work();
        assertEquals(1, asked.size());

        nowNs += SECOND_NS;
        work();
        assertEquals(2, asked.size());
    }

    @Test
    void shouldMoveABackendWhoseNameHasMoved() {
        ipv4 = Answer.found(List.of(SECOND), SECOND_NS);
        work();

        assertEquals(List.of("192.0.2.2:5061", "192.0.2.9:5060"), addresses());
        final BackendStatus moved = balancer.control().list().stream()
                .filter(each -> each.name().equals("localhost:5061"))
                .findFirst()
                .orElseThrow();
        assertEquals(3, moved.weight());
    }

    @Test
    void shouldStayWhereItIsAsLongAsThatIsOneOfTheAddresses() {
        ipv4 = Answer.found(List.of(SECOND, FIRST), SECOND_NS);
        work();

        assertEquals(List.of("127.0.0.1:5061", "192.0.2.9:5060"), addresses());
    }

    @Test
    void shouldStayWhereItIsWhenDnsSaysNothing() {
        ipv4 = Answer.failed();
        work();

        assertEquals(List.of("127.0.0.1:5061", "192.0.2.9:5060"), addresses());
        nowNs += BackendNames.FAILED_AGAIN_NS;
        work();
        assertEquals(2, asked.size());
    }

    @Test
    void shouldTakeAnIpv6AddressWhenThereIsNoOther() {
        ipv4 = Answer.none(0);
        ipv6 = Answer.found(List.of(SIXTH), SECOND_NS);
        work();

        assertEquals(2, addresses().size());
        assertEquals(2, asked.size());
        assertEquals(
                1, addresses().stream().filter(each -> each.endsWith("]:5061")).count());
    }

    @Test
    void shouldNotAskForANameThatHasGone() {
        balancer.control().remove("localhost:5061");
        work();
        nowNs += 3_600 * SECOND_NS;
        work();

        assertEquals(List.of(), asked);
    }
}
