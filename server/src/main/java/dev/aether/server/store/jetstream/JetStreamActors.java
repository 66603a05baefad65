package dev.aether.server.store.jetstream;

import dev.aether.server.codec.ActorTokens;
import dev.aether.server.event.ActorId;
import dev.aether.server.event.LogId;
import dev.aether.server.event.StoreException;
import dev.aether.server.store.Actors;
import dev.aether.server.store.Namespaces;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** Lists actors by the subjects that a log's stream has. */
final class JetStreamActors implements Actors {
  private final SaveTools tools;
  private final CurrentMaking making;
  private final SubjectBlocks blocks;

  JetStreamActors(SaveTools tools, SubjectBlocks blocks) {
    this.tools = tools;
    this.making = new CurrentMaking(tools.namespaces());
    this.blocks = blocks;
  }

  @Override
  public CompletableFuture<Page> list(Query query) {
    return making
        .read(
            query.namespace(),
            info ->
                (goesOn(query, info) ? page(query, info) : elsewhere(query))
                    .thenApply(Optional::of),
            Optional.<Page>empty())
        .thenCompose(
            page ->
                page.isPresent() || query.after().isEmpty()
                    ? CompletableFuture.completedFuture(page.orElse(Page.EMPTY))
                    : gone());
  }

  private static boolean goesOn(Query query, Namespaces.Info info) {
    return query.after().isEmpty() || query.after().get().incarnation().equals(info.incarnation());
  }

  /** What this node knows of the namespace may be older than the token. */
  private CompletableFuture<Page> elsewhere(Query query) {
    return tools
        .namespaces()
        .look(query.namespace())
        .thenCompose(
            now -> now.isPresent() && goesOn(query, now.get()) ? page(query, now.get()) : gone());
  }

  private static <T> CompletableFuture<T> gone() {
    return CompletableFuture.failedFuture(
        new StoreException.InvalidRequest("page_token", "is of a namespace that is gone"));
  }

  private CompletableFuture<Page> page(Query query, Namespaces.Info info) {
    LogId log = info.firstLog();
    LogStream stream = LogStream.of(log, info.replicas());
    String all = SubjectCodec.prefix(log);
    String prefix = all + ActorTokens.encodePrefix(query.prefix());
    String filter = prefix.substring(0, prefix.lastIndexOf('.') + 1) + ">";
    long notBefore = query.after().map(Place::asOf).orElse(Long.MAX_VALUE);
    SubjectPages pages =
        new SubjectPages(
            offset ->
                blocks.get(new SubjectBlocks.Question(stream.name(), filter, offset), notBefore),
            SubjectBlocks.BLOCK,
            prefix,
            query.after().map(after -> all + after.last()).orElse(""),
            query.maxActors());
    return pages
        .from(query.after().map(Place::offset).orElse(0))
        .thenCompose(found -> withVersions(query, stream, info, found));
  }

  private CompletableFuture<Page> withVersions(
      Query query, LogStream stream, Namespaces.Info info, SubjectPages.Page found) {
    LogId log = stream.log();
    List<String> subjects =
        found.subjects().stream()
            .filter(subject -> SubjectCodec.actor(log, subject).isPresent())
            .toList();
    return new LatestVersions(
            tools.api(),
            tools.batches(),
            stream,
            found.asOf(),
            subject -> actor(stream, SubjectCodec.actor(log, subject).orElseThrow()))
        .of(subjects)
        .thenApply(
            versions -> {
              List<Listed> actors = new ArrayList<>();
              for (String subject : subjects) {
                Long version = versions.get(subject);
                if (version != null) {
                  actors.add(new Listed(SubjectCodec.actor(log, subject).orElseThrow(), version));
                }
              }
              return new Page(
                  actors,
                  found.isLast() ? Optional.empty() : Optional.of(next(query, info, found)));
            });
  }

  private ActorLog actor(LogStream stream, ActorId actor) {
    return new ActorLog(tools.api(), tools.batches(), tools.walks(), stream, actor);
  }

  private static Place next(Query query, Namespaces.Info info, SubjectPages.Page found) {
    String last = found.subjects().get(found.subjects().size() - 1);
    return new Place(
        info.incarnation(),
        last.substring(SubjectCodec.prefix(info.firstLog()).length()),
        query.after().map(Place::asOf).orElse(found.asOf()),
        found.offset());
  }
}
