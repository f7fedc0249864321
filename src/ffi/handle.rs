//! What a C pointer is: an exclusive handle (a box), or a shared one (a counted reference).
//!
//! Each handle starts with a tag that names its type; a pointer whose tag does not fit is refused. The tag
//! is cleared when the handle is freed, which finds most uses after that. An exclusive handle also notices
//! two uses at once and remembers a panic.

use std::cell::UnsafeCell;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, AtomicU32, Ordering};

use crate::ffi::basics::xmpp_tls_result;
use crate::ffi::guard::Failure;

const IDLE: u8 = 0;
const BUSY: u8 = 1;
const POISONED: u8 = 2;

/// The first member of every handle.
#[derive(Debug)]
pub(super) struct Tag {
    value: AtomicU32,
    state: AtomicU8,
}

impl Tag {
    pub(super) fn new<T: Tagged>() -> Self {
        Self { value: AtomicU32::new(T::TAG), state: AtomicU8::new(IDLE) }
    }
}

/// A type that C holds pointers to.
pub(super) trait Tagged {
    /// The number that names the type.
    const TAG: u32;

    /// Where the number stands in a value.
    fn tag(&self) -> &Tag;
}

fn check<T: Tagged>(handle: &T) -> Result<&T, Failure> {
    if handle.tag().value.load(Ordering::Relaxed) == T::TAG {
        Ok(handle)
    } else {
        Err(Failure::plain(xmpp_tls_result::XMPP_TLS_WRONG_HANDLE))
    }
}

/// Follows a pointer to something immutable, for readers that cannot fail.
///
/// # Safety
/// `pointer` is NULL or a live handle.
pub(super) unsafe fn peek<'a, T: Tagged>(pointer: *const T) -> Option<&'a T> {
    // SAFETY: NULL or live, as promised.
    unsafe { pointer.as_ref() }.and_then(|handle| check(handle).ok())
}

/// Follows a pointer to a shared or synchronised handle.
///
/// # Safety
/// `pointer` is NULL or a live handle.
pub(super) unsafe fn shared<'a, T: Tagged>(pointer: *const T) -> Result<&'a T, Failure> {
    // SAFETY: NULL or live, as promised.
    let handle = unsafe { pointer.as_ref() };
    check(handle.ok_or_else(|| Failure::plain(xmpp_tls_result::XMPP_TLS_NULL_PARAMETER))?)
}

/// Gives a counted value to C.
pub(super) fn shared_into_raw<T: Tagged>(value: T) -> *const T {
    Arc::into_raw(Arc::new(value))
}

/// Makes another reference to a shared handle; NULL and foreign pointers give NULL.
///
/// # Safety
/// `pointer` is NULL or a live handle made by [`shared_into_raw`].
pub(super) unsafe fn shared_retain<T: Tagged>(pointer: *const T) -> *const T {
    // SAFETY: NULL or live, as promised.
    if unsafe { peek(pointer) }.is_none() {
        return std::ptr::null();
    }
    // SAFETY: the pointer came from `Arc::into_raw` and is live.
    unsafe { Arc::increment_strong_count(pointer) };
    pointer
}

/// Ends one reference to a shared handle.
///
/// # Safety
/// `pointer` is NULL or a live handle made by [`shared_into_raw`], and the caller gives its reference up.
pub(super) unsafe fn shared_free<T: Tagged>(pointer: *const T) {
    // SAFETY: NULL or live, as promised.
    if unsafe { peek(pointer) }.is_none() {
        return;
    }
    // SAFETY: the pointer came from `Arc::into_raw`, and this reference is given up.
    let reference = unsafe { Arc::from_raw(pointer) };
    drop_quietly(|| {
        if let Some(last) = Arc::into_inner(reference) {
            last.tag().value.store(0, Ordering::Relaxed);
            drop(last);
        }
    });
}

/// Gives a boxed value to C.
pub(super) fn exclusive_into_raw<T: Tagged>(value: T) -> *mut T {
    Box::into_raw(Box::new(value))
}

/// Frees an exclusive handle.
///
/// # Safety
/// `pointer` is NULL or a live handle made by [`exclusive_into_raw`], and the caller gives it up.
pub(super) unsafe fn exclusive_free<T: Tagged>(pointer: *mut T) {
    // SAFETY: NULL or live, as promised.
    if unsafe { peek(pointer.cast_const()) }.is_none() {
        return;
    }
    // SAFETY: the pointer came from `Box::into_raw` and is given up.
    let handle = unsafe { Box::from_raw(pointer) };
    handle.tag().value.store(0, Ordering::Relaxed);
    drop_quietly(|| drop(handle));
}

fn drop_quietly(body: impl FnOnce()) {
    // A panic while dropping is a fault of ours; there is nobody to tell, and it must not reach C.
    let _ = catch_unwind(AssertUnwindSafe(body));
}

/// What an exclusive handle guards: a value that only one call at a time may reach.
#[derive(Debug)]
pub(super) struct Guarded<T> {
    tag: Tag,
    value: UnsafeCell<T>,
}

impl<T> Guarded<T> {
    pub(super) fn new<H: Tagged>(value: T) -> Self {
        Self { tag: Tag::new::<H>(), value: UnsafeCell::new(value) }
    }

    pub(super) fn tag(&self) -> &Tag {
        &self.tag
    }
}

/// A handle that one thread at a time may use.
pub(super) trait Exclusive: Tagged {
    /// What the handle guards.
    type Value;

    /// Where it stands.
    fn guarded(&self) -> &Guarded<Self::Value>;
}

/// Uses an exclusive handle: refuses two uses at once, and poisons it when `body` panics.
///
/// # Safety
/// `pointer` is NULL or a live handle made by [`exclusive_into_raw`].
pub(super) unsafe fn exclusive<T: Exclusive, R>(
    pointer: *const T,
    body: impl FnOnce(&mut T::Value) -> Result<R, Failure>,
) -> Result<R, Failure> {
    // SAFETY: NULL or live, as promised.
    let guarded = unsafe { shared(pointer) }?.guarded();
    let state = &guarded.tag.state;
    match state.compare_exchange(IDLE, BUSY, Ordering::Acquire, Ordering::Relaxed) {
        Ok(_) => {}
        Err(BUSY) => return Err(Failure::plain(xmpp_tls_result::XMPP_TLS_HANDLE_BUSY)),
        Err(_) => return Err(Failure::plain(xmpp_tls_result::XMPP_TLS_POISONED)),
    }
    // SAFETY: the state was idle and is busy now, so this is the only reference to the value.
    let outcome = catch_unwind(AssertUnwindSafe(|| body(unsafe { &mut *guarded.value.get() })));
    match outcome {
        Ok(result) => {
            state.store(IDLE, Ordering::Release);
            result
        }
        Err(panic) => {
            state.store(POISONED, Ordering::Release);
            resume_unwind(panic)
        }
    }
}
