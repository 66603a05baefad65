package dev.aether.server.bus;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import dev.aether.v1.Broadcast;
import dev.aether.v1.NewEvent;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class BroadcastQueueTest {
  private final AtomicLong held = new AtomicLong();
  private final BroadcastQueue queue = new BroadcastQueue();

  private SharedBroadcast broadcast(int dataBytes) {
    NewEvent event =
        NewEvent.newBuilder().setData(ByteString.copyFrom(new byte[dataBytes])).build();
    return new SharedBroadcast(Broadcast.newBuilder().setEvent(event).build(), held);
  }

  @Test
  void broadcastsAboveTheMaximumNumberAreDroppedAndTheOthersStayInOrder() {
    List<SharedBroadcast> all =
        IntStream.range(0, BroadcastQueue.MAX_BROADCASTS).mapToObj(i -> broadcast(i)).toList();
    all.forEach(each -> assertTrue(queue.offer(each)));
    assertFalse(queue.offer(broadcast(0)));
    all.forEach(each -> assertEquals(Optional.of(each), queue.poll(Integer.MAX_VALUE)));
    assertEquals(Optional.empty(), queue.poll(Integer.MAX_VALUE));
    assertTrue(queue.offer(broadcast(0)));
  }

  @Test
  void broadcastsAboveTheMaximumBytesAreDroppedUnlessTheQueueIsEmpty() {
    SharedBroadcast large = broadcast(3 * BroadcastQueue.MAX_BYTES);
    assertTrue(queue.offer(large));
    assertFalse(queue.offer(broadcast(1)));
    assertEquals(Optional.of(large), queue.poll(Integer.MAX_VALUE));
    assertTrue(queue.offer(broadcast(1)));
    assertFalse(queue.offer(large));
  }

  @Test
  void aBroadcastInManyQueuesCountsOnceUntilAllReleaseIt() {
    BroadcastQueue other = new BroadcastQueue();
    SharedBroadcast shared = broadcast(1000);
    assertTrue(queue.offer(shared));
    assertTrue(other.offer(shared));
    assertEquals(shared.bytes(), held.get());
    assertEquals(Optional.of(shared), queue.poll(Integer.MAX_VALUE));
    assertEquals(shared.bytes(), held.get());
    other.close();
    assertEquals(0, held.get());
    assertTrue(other.offer(shared), "no queue holds it any more");
    assertEquals(0, held.get());
  }

  @Test
  void onlySlowSubscribersLoseBroadcastsWhileTheNodeHoldsTooMany() {
    held.set(BroadcastQueue.NODE_BYTES + 1);
    assertTrue(queue.offer(broadcast(1)));
    assertFalse(queue.offer(broadcast(1)));
    assertTrue(queue.poll(Integer.MAX_VALUE).isPresent());
    assertTrue(queue.offer(broadcast(1)));
  }

  @Test
  void noQueueAcceptsBroadcastsWhileSlowSubscribersHoldTwiceTheLimit() {
    held.set(2 * BroadcastQueue.NODE_BYTES + 1);
    assertFalse(queue.offer(broadcast(1)));
  }
}
