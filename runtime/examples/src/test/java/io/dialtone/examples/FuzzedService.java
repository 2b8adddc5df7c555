package io.dialtone.examples;

import io.dialtone.api.SipHandler;
import io.dialtone.registrar.Bindings;
import io.dialtone.runtime.testsupport.TestCluster;
import io.dialtone.state.codec.RecordStateCodec;
import io.dialtone.state.codec.StateLimits;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Supplier;

/** The services whose calls {@link SequenceFuzz} mixes up. */
enum FuzzedService {
    ANSWERING {
        @Override
        TestCluster.Builder cluster() {
            return of(AnsweringService.Call.class, AnsweringService::new);
        }
    },
    RINGING {
        @Override
        TestCluster.Builder cluster() {
            return of(AnsweringService.Call.class, () -> new AnsweringService(Duration.ofSeconds(3)));
        }
    },
    BACK_TO_BACK {
        @Override
        TestCluster.Builder cluster() {
            return of(BackToBackService.Call.class, () -> new BackToBackService(invite -> "192.0.2.2:5060"));
        }
    },
    PROXY {
        @Override
        TestCluster.Builder cluster() {
            return of(
                            Bindings.class,
                            () -> new ProxyService(Optional.of("192.0.2.4:5060"), Optional.of("192.0.2.3:5060")))
                    .affinity("address-of-record");
        }

        @Override
        String homeOf(final FuzzMessage message) {
            return ADDRESS_OF_RECORD;
        }
    },
    REDIRECT {
        @Override
        TestCluster.Builder cluster() {
            return of(Bindings.class, RedirectService::new).affinity("address-of-record");
        }

        @Override
        String homeOf(final FuzzMessage message) {
            return ADDRESS_OF_RECORD;
        }
    },
    MAILBOX {
        @Override
        TestCluster.Builder cluster() {
            return of(MessageWaitingService.Mailbox.class, () -> new MessageWaitingService(Duration.ofMinutes(10)))
                    .affinity("address-of-record");
        }

        @Override
        String homeOf(final FuzzMessage message) {
            return ADDRESS_OF_RECORD;
        }
    },
    SCREENING {
        @Override
        TestCluster.Builder cluster() {
            return of(ScreeningService.Caller.class, ScreeningService::new).affinity("from-user");
        }

        @Override
        String homeOf(final FuzzMessage message) {
            return message.get("From").replaceAll("^.*sip:([^@>]*).*$", "$1");
        }
    };

    private static final String ADDRESS_OF_RECORD = "bob@example.com";

    abstract TestCluster.Builder cluster();

    /** The affinity key of a session that a message belongs to, or one that is worth a death just as well. */
    String homeOf(final FuzzMessage message) {
        return message.get("Call-ID");
    }

    private static <S extends Record> TestCluster.Builder of(
            final Class<S> state, final Supplier<? extends SipHandler<S>> handlers) {
        final RecordStateCodec<S> codec = RecordStateCodec.of(state, StateLimits.defaults());
        return TestCluster.replicated(handlers, codec::forAnotherWorker);
    }
}
