package dev.aether.client;

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
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Executor;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Resolves a fixed list of nodes, which gRPC's own resolver of one name can't. Names are looked up
 * anew whenever gRPC asks; a node whose name is not known is left out. The order is drawn once for
 * a channel, so that the clients of a cluster spread over its nodes.
 */
final class EndpointResolver extends NameResolver {
  private static final String SCHEME = "aether";

  static {
    NameResolverRegistry.getDefaultRegistry().register(new Provider());
  }

  private final List<Endpoint> endpoints;
  private final Executor offload;
  private @Nullable Listener2 listener;

  private EndpointResolver(List<Endpoint> endpoints, Executor offload) {
    this.endpoints = endpoints;
    this.offload = offload;
  }

  /** The channel target that stands for these nodes. */
  static String target(List<Endpoint> endpoints) {
    String list = endpoints.stream().map(Endpoint::toString).collect(Collectors.joining(","));
    try {
      return new URI(SCHEME, "", "/" + list, null).toASCIIString();
    } catch (URISyntaxException e) {
      throw new IllegalArgumentException("endpoints " + list, e);
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
    to.onResult(
        ResolutionResult.newBuilder()
            .setAddressesOrError(
                groups.isEmpty() ? StatusOr.fromStatus(failed) : StatusOr.fromValue(groups))
            .build());
  }

  @Override
  public void shutdown() {}

  /** Makes resolvers of the targets above. */
  private static final class Provider extends NameResolverProvider {
    @Override
    public @Nullable NameResolver newNameResolver(URI target, Args args) {
      if (!SCHEME.equals(target.getScheme())) {
        return null;
      }
      List<Endpoint> endpoints =
          new ArrayList<>(
              Arrays.stream(target.getPath().substring(1).split(",", -1))
                  .map(Endpoint::parse)
                  .toList());
      Collections.shuffle(endpoints);
      return new EndpointResolver(endpoints, Objects.requireNonNull(args.getOffloadExecutor()));
    }

    @Override
    public String getDefaultScheme() {
      return SCHEME;
    }

    @Override
    protected boolean isAvailable() {
      return true;
    }

    /** Below gRPC's own resolvers, so that it never becomes the default. */
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
