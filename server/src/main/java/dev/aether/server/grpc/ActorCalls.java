package dev.aether.server.grpc;

import dev.aether.server.event.Limits;
import dev.aether.server.event.Namespace;
import dev.aether.server.event.TextRule;
import dev.aether.server.grpc.requests.FieldViolations;
import dev.aether.server.grpc.requests.PageSize;
import dev.aether.server.grpc.requests.RequestNames;
import dev.aether.server.grpc.requests.UnaryCall;
import dev.aether.server.grpc.tokens.ActorPageToken;
import dev.aether.server.store.Actors;
import dev.aether.server.store.Store;
import dev.aether.v1.ActorSummary;
import dev.aether.v1.ListActorsRequest;
import dev.aether.v1.ListActorsResponse;
import io.grpc.stub.StreamObserver;
import java.util.Optional;

/** Implements ListActors. No method blocks. */
final class ActorCalls {
  private static final TextRule PREFIX = new TextRule(Limits.ACTOR_ID_BYTES, true, false);

  private final Store store;

  ActorCalls(Store store) {
    this.store = store;
  }

  void list(ListActorsRequest request, StreamObserver<ListActorsResponse> response) {
    UnaryCall.answer(
        response,
        () -> {
          FieldViolations violations = new FieldViolations();
          RequestNames.checkNamespace(request.getNamespace(), violations);
          violations.add("prefix", PREFIX.violation(request.getPrefix()));
          violations.check();
          Namespace namespace = RequestNames.namespace(request.getNamespace());
          ActorPageToken tokens =
              new ActorPageToken(namespace, request.getPrefix(), request.getWithSnapshot());
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
                      PageSize.of(request.getPageSize()),
                      request.getWithSnapshot(),
                      after))
              .thenApply(page -> response(page, tokens));
        },
        page -> page);
  }

  private static ListActorsResponse response(Actors.Page page, ActorPageToken tokens) {
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
