package io.dialtone.runtime.node;

import io.dialtone.api.ServiceDescriptor;
import io.dialtone.api.ServicePolicy;
import io.dialtone.api.SipHandler;
import io.dialtone.runtime.sip.DigestSettings;
import io.dialtone.runtime.sip.ServiceChain;
import io.dialtone.runtime.sip.SipContext;
import io.dialtone.state.api.StateCodec;
import io.dialtone.state.codec.StateLimits;
import io.dialtone.state.codec.StateSchema;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * A service that a node runs, alone or at its place in a chain. Made by the main thread, at start.
 *
 * @param handlers makes a handler for each worker
 * @param state writes its handlers' state down; empty without a registry
 */
record ServicePlan(
        ServiceDescriptor service,
        Supplier<SipHandler<?>> handlers,
        Optional<ServiceState> state,
        DigestSettings digest) {

    /** The services of the settings in their order; adds what is wrong with them to the problems. */
    static List<ServicePlan> read(final Settings settings, final GridPlan grid, final Problems problems) {
        final List<Settings> each = ServiceChainSettings.read(settings, problems);
        if (!problems.isEmpty()
                && each.stream().anyMatch(its -> its.find(NodeSettings.HANDLER).isEmpty())) {
            return List.of();
        }
        final Optional<ClassLoader> classes = ServiceClasses.loader(settings, problems);
        final List<ServicePlan> plans = new ArrayList<>();
        if (classes.isPresent()) {
            for (final Settings its : each) {
                ServiceClasses.handlers(its, classes.get(), problems)
                        .ifPresent(handlers -> plans.add(new ServicePlan(
                                descriptor(its, its.get(NodeSettings.HANDLER), its.get(NodeSettings.STATE_SIZE_MAX)),
                                handlers,
                                state(its, handlers, grid, problems),
                                digest(its))));
            }
        }
        checkSchema(plans, problems);
        return plans;
    }

    private static void checkSchema(final List<ServicePlan> plans, final Problems problems) {
        if (plans.size() > 1 && plans.stream().allMatch(plan -> plan.state().isPresent())) {
            final int length = schema(plans).text().length();
            if (length > ServiceState.SCHEMA_CHARS_MAX) {
                problems.add(ServiceChainSettings.CHAIN + ": the schemas of all states have " + length
                        + " characters together (expected: at most " + ServiceState.SCHEMA_CHARS_MAX
                        + "). Maybe fewer components, or shorter names.");
            }
        }
    }

    /** What pages call all of them together. */
    static ServiceDescriptor together(final Settings settings, final List<ServicePlan> plans) {
        final String handlers = plans.size() == 1
                ? plans.getFirst().service().handler()
                : plans.stream().map(plan -> plan.service().name()).collect(Collectors.joining(" > "));
        final int stateBytesMax = plans.stream()
                .mapToInt(plan -> plan.service().policy().stateBytesMax())
                .max()
                .orElseThrow();
        return descriptor(settings, handlers, stateBytesMax);
    }

    /** What all of them keep, for the registry. */
    static StateSchema schema(final List<ServicePlan> plans) {
        return plans.size() == 1
                ? plans.getFirst().state().orElseThrow().schema()
                : StateSchema.ofChain(
                        plans.stream().map(plan -> plan.service().name()).toList(),
                        plans.stream()
                                .map(plan -> plan.state().orElseThrow().schema())
                                .toList());
    }

    /** The service for a worker that works with this. */
    ServiceChain.Service on(final SipContext context) {
        return state.isEmpty() ? ServiceChain.Service.of(context, handlers) : kept(context);
    }

    @SuppressWarnings("unchecked") // the codec was made for this handler's record
    private <S extends Record> ServiceChain.Service kept(final SipContext context) {
        return ServiceChain.Service.of(context, () -> (SipHandler<S>) handlers.get(), () ->
                (StateCodec<S>) state.orElseThrow().newCodec());
    }

    private static ServiceDescriptor descriptor(
            final Settings settings, final String handler, final int stateBytesMax) {
        return new ServiceDescriptor(
                settings.get(NodeSettings.SERVICE_NAME),
                settings.get(NodeSettings.SERVICE_VERSION),
                handler,
                settings.get(NodeSettings.AFFINITY),
                new ServicePolicy(
                        settings.get(NodeSettings.BACKUPS),
                        settings.get(NodeSettings.WHEN_ALONE),
                        settings.get(NodeSettings.SESSIONS_MAX),
                        stateBytesMax));
    }

    private static Optional<ServiceState> state(
            final Settings settings,
            final Supplier<SipHandler<?>> handlers,
            final GridPlan grid,
            final Problems problems) {
        if (!grid.hasRegistry()) {
            return Optional.empty();
        }
        final StateLimits limits = StateLimits.defaults().withStateBytesMax(settings.get(NodeSettings.STATE_SIZE_MAX));
        return ServiceState.of(handlers.get().getClass(), limits, problems);
    }

    private static DigestSettings digest(final Settings settings) {
        return new DigestSettings(
                settings.find(NodeSettings.REALM).orElseGet(() -> realmOf(settings.get(NodeSettings.SERVICE_NAME))),
                settings.get(NodeSettings.DIGEST_ALGORITHMS),
                settings.get(NodeSettings.NONCE_LIFE),
                settings.get(NodeSettings.DIGEST_BODIES),
                settings.get(NodeSettings.CHALLENGES_PER_SECOND),
                settings.get(NodeSettings.NONCES_MAX));
    }

    /** A name as it can stand between quotes. */
    private static String realmOf(final String name) {
        final String plain = name.replaceAll("[^ !#-\\[\\]-~]", "-");
        return plain.substring(0, Math.min(plain.length(), DigestSettings.REALM_CHARS_MAX));
    }
}
