package dev.aether.server.grpc;

import dev.aether.server.event.Limits;
import dev.aether.server.event.Namespace;
import dev.aether.server.event.TextRule;
import dev.aether.server.store.Actors;
import dev.aether.server.store.Store;
import dev.aether.v1.ActorSummary;
import dev.aether.v1.ListActorsRequest;
import dev.aether.v1.ListActorsResponse;
import io.grpc.stub.StreamObserver;
import java.util.Optional;

/** Implements ListActors. No method blocks. */
final class ActorCalls {
  static final int DEFAULT_PAGE_SIZE = 100;
  static final int MAX_PAGE_SIZE = 1000;

  private static final TextRule PREFIX = new TextRule(Limits.ACTOR_ID_BYTES, true, false);

  private final Store store;

  ActorCalls(Store store) {
    this.store = store;
  }

  void list(ListActorsRequest request, StreamObserver<ListActorsResponse> response) {
    UnaryCall.answer(
        response,
        () -> {
          Faults faults = new Faults();
          Names.checkNamespace(request.getNamespace(), faults);
          faults.add("prefix", PREFIX.fault(request.getPrefix()));
          faults.check();
          Namespace namespace = Names.namespace(request.getNamespace());
          PageTokenCodec tokens =
              new PageTokenCodec(namespace, request.getPrefix(), request.getWithSnapshot());
          Optional<Actors.Place> after =
              Optional.of(request.getPageToken())
                  .filter(token -> !token.isEmpty())
                  .map(tokens::decode);
          return store
              .actors()
              .list(
                  new Actors.Query(
                      namespace,
                      request.getPrefix(),
                      pageSize(request),
                      request.getWithSnapshot(),
                      after))
              .thenApply(page -> response(page, tokens));
        },
        page -> page);
  }

  private static int pageSize(ListActorsRequest request) {
    int asked = request.getPageSize();
    if (asked == 0) {
      return DEFAULT_PAGE_SIZE;
    }
    // The field is unsigned: a negative value here is a large number.
    return asked < 0 ? MAX_PAGE_SIZE : Math.min(asked, MAX_PAGE_SIZE);
  }

  private static ListActorsResponse response(Actors.Page page, PageTokenCodec tokens) {
    ListActorsResponse.Builder response = ListActorsResponse.newBuilder();
    page.actors()
        .forEach(
            listed ->
                response.addActors(
                    ActorSummary.newBuilder()
                        .setActorId(listed.actor().value())
                        .setVersion(listed.version())));
    page.next().map(tokens::encode).ifPresent(response::setNextPageToken);
    return response.build();
  }
}
