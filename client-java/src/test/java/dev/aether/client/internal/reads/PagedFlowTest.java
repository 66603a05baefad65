package dev.aether.client.internal.reads;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.aether.client.AetherException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class PagedFlowTest {
  /** A page is its own text and the next one's token. */
  private final Deque<CompletableFuture<String>> pages = new ArrayDeque<>();

  private final List<String> heard = new ArrayList<>();
  private Runnable onFrame = () -> {};

  /** The client is closed after the last page. */
  private final PagedFlow<String> flow =
      new PagedFlow<>(
          token -> {
            if (pages.isEmpty()) {
              throw new IllegalStateException("the client is closed");
            }
            return pages.remove();
          },
          page -> page);

  private final FrameFlow.Receiver<String> receiver =
      new FrameFlow.Receiver<>() {
        @Override
        public void onFrame(String frame) {
          heard.add(frame);
          onFrame.run();
        }

        @Override
        public void onEnd(@Nullable AetherException error) {
          heard.add(error == null ? "end" : error.reason().name());
        }
      };

  @Test
  void aClientThatIsClosedBetweenTwoPagesEndsTheFlow() {
    CompletableFuture<String> first = new CompletableFuture<>();
    pages.add(first);
    flow.start(receiver, FrameFlow.READ_AHEAD_FRAMES);
    first.complete("first");
    assertEquals(List.of("first", "CLIENT_CLOSED"), heard);
  }

  @Test
  void aFlowThatIsCancelledWhileAPageIsHandedOnEnds() {
    CompletableFuture<String> first = new CompletableFuture<>();
    pages.add(first);
    onFrame = flow::cancel;
    flow.start(receiver, FrameFlow.READ_AHEAD_FRAMES);
    first.complete("first");
    assertEquals(List.of("first", "end"), heard);
  }
}
