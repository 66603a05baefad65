package dev.aether.client.internal.calls;

import io.grpc.Attributes;
import io.grpc.EquivalentAddressGroup;
import io.grpc.NameResolver;
import io.grpc.NameResolverProvider;
import io.grpc.NameResolverRegistry;
import io.grpc.Status;
import io.grpc.StatusOr;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Executor;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Resolves a fixed list of nodes, while gRPC's own resolver takes a single name. Names are looked
 * up again whenever gRPC asks; nodes with unknown names are skipped. Addresses to avoid come last.
 */
public final class EndpointResolver extends NameResolver {
  private static final String SCHEME = "aether";

  static {
    NameResolverRegistry.getDefaultRegistry().register(new Provider());
  }

  private final List<Endpoint> endpoints;
  private final List<String> avoided;
  private final Executor offload;
  private @Nullable Listener2 listener;

  private EndpointResolver(List<Endpoint> endpoints, List<String> avoided, Executor offload) {
    this.endpoints = endpoints;
    this.avoided = avoided;
    this.offload = offload;
  }

  /**
   * The channel target for these nodes, to be tried in this order.
   *
   * @param avoided addresses to be tried after all others, in this order
   */
  public static String target(List<Endpoint> endpoints, List<SocketAddress> avoided) {
    String list = endpoints.stream().map(Endpoint::toString).collect(Collectors.joining(","));
    String last = avoided.stream().map(EndpointResolver::text).collect(Collectors.joining(","));
    try {
      return new URI(SCHEME, "", "/" + list, last.isEmpty() ? null : last, null).toASCIIString();
    } catch (URISyntaxException e) {
      throw new IllegalArgumentException("invalid endpoints " + list, e);
    }
  }

  @Override
  public String getServiceAuthority() {
    return endpoints.get(0).toString();
  }

  @Override
  public void start(Listener2 listener) {
    this.listener = listener;
    refresh();
  }

  @Override
  public void refresh() {
    Listener2 to = Objects.requireNonNull(listener);
    offload.execute(() -> resolve(to));
  }

  private void resolve(Listener2 to) {
    List<EquivalentAddressGroup> groups = new ArrayList<>();
    Status failed = Status.UNAVAILABLE;
    for (Endpoint endpoint : endpoints) {
      try {
        Attributes authority =
            Attributes.newBuilder()
                .set(EquivalentAddressGroup.ATTR_AUTHORITY_OVERRIDE, endpoint.toString())
                .build();
        for (InetAddress address : InetAddress.getAllByName(endpoint.host())) {
          groups.add(
              new EquivalentAddressGroup(
                  new InetSocketAddress(address, endpoint.port()), authority));
        }
      } catch (UnknownHostException e) {
        failed = Status.UNAVAILABLE.withDescription("unknown host " + endpoint.host()).withCause(e);
      }
    }
    groups.sort(Comparator.comparingInt(this::turn));
    to.onResult(
        ResolutionResult.newBuilder()
            .setAddressesOrError(
                groups.isEmpty() ? StatusOr.fromStatus(failed) : StatusOr.fromValue(groups))
            .build());
  }

  private int turn(EquivalentAddressGroup group) {
    return avoided.indexOf(text(group.getAddresses().get(0)));
  }

  /** The address without its host name. */
  private static String text(SocketAddress address) {
    return address instanceof InetSocketAddress inet && inet.getAddress() != null
        ? inet.getAddress().getHostAddress() + "/" + inet.getPort()
        : "" + address;
  }

  @Override
  public void shutdown() {}

  /** Creates resolvers for these targets. */
  private static final class Provider extends NameResolverProvider {
    @Override
    public @Nullable NameResolver newNameResolver(URI target, Args args) {
      if (!SCHEME.equals(target.getScheme())) {
        return null;
      }
      List<Endpoint> endpoints =
          Arrays.stream(target.getPath().substring(1).split(",", -1)).map(Endpoint::parse).toList();
      String avoided = target.getQuery();
      return new EndpointResolver(
          endpoints,
          avoided == null ? List.of() : List.of(avoided.split(",", -1)),
          Objects.requireNonNull(args.getOffloadExecutor()));
    }

    @Override
    public String getDefaultScheme() {
      return SCHEME;
    }

    @Override
    protected boolean isAvailable() {
      return true;
    }

    /** Lower than gRPC's own resolvers; it must never become the default. */
    @Override
    protected int priority() {
      return 0;
    }

    @Override
    public Collection<Class<? extends SocketAddress>> getProducedSocketAddressTypes() {
      return List.of(InetSocketAddress.class);
    }
  }
}
