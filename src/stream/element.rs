//! A start tag with its names resolved: quick-xml splits it, this file judges it.
//!
//! The lexer has seen to it that names, quotes and references are well-formed; what is left is what needs
//! the whole tag: attributes that occur twice – under one prefix or two – and the rules of Namespaces in XML
//! 1.0, which include that a prefix is declared and that `xml` and `xmlns` are not bent. The number of
//! attributes is bounded before a tag gets here, and with it the work of comparing them.

use quick_xml::XmlVersion;
use quick_xml::events::BytesStart;
use quick_xml::events::attributes::{AttrError, Attribute};
use quick_xml::name::{Namespace, NamespaceResolver, PrefixDeclaration, QName, ResolveResult};

use super::cause::{Fault, Rejection};
use super::excerpt::{ElementName, Excerpt};
use super::namespaces::{XML, XMLNS};

/// A start tag, names expanded.
#[derive(Clone, Debug)]
pub(super) struct Element {
    /// The namespace name, if it has one.
    pub(super) namespace: Option<String>,
    /// The local name.
    pub(super) local: String,
    /// The default namespace inside it.
    pub(super) default_namespace: Option<String>,
    /// The namespaces its own declarations name.
    pub(super) declared: Vec<String>,
    /// It is an empty-element tag.
    pub(super) empty: bool,
    attributes: Vec<ExpandedAttribute>,
}

#[derive(Clone, Debug)]
struct ExpandedAttribute {
    namespace: Option<String>,
    local: String,
    value: String,
}

impl Element {
    /// Reads the tag's text, of which the first `name_length` bytes are the name, in the scopes of `namespaces`,
    /// whose innermost one is this element's and empty.
    pub(super) fn read(
        tag: &str,
        name_length: usize,
        empty: bool,
        namespaces: &mut NamespaceResolver,
    ) -> Result<Self, Rejection> {
        let start = BytesStart::from_content(tag, name_length);
        let mut declared = Vec::new();
        let mut plain = Vec::new();
        for attribute in start.attributes() {
            let attribute = attribute.map_err(split_fault)?;
            let value = value(&attribute)?;
            match attribute.key.as_namespace_binding() {
                Some(prefix) => {
                    declare(namespaces, prefix, &value)?;
                    declared.push(value);
                }
                None => plain.push((attribute.key, value)),
            }
        }
        let (namespace, local) = expand(start.name(), namespaces, true)?;
        if namespace.as_deref() == Some(XMLNS) {
            return Err(Rejection::Malformed(Fault::Namespace));
        }
        let mut element = Self {
            namespace,
            local,
            default_namespace: bound(namespaces.resolve_prefix(None, true))?,
            declared,
            empty,
            attributes: Vec::new(),
        };
        for (name, value) in plain {
            element.add(name, value, namespaces)?;
        }
        Ok(element)
    }

    fn add(
        &mut self,
        name: QName<'_>,
        value: String,
        namespaces: &NamespaceResolver,
    ) -> Result<(), Rejection> {
        let (namespace, local) = expand(name, namespaces, false)?;
        if self.attribute(namespace.as_deref(), &local).is_some() {
            return Err(Rejection::Malformed(Fault::DuplicateAttribute));
        }
        self.attributes.push(ExpandedAttribute { namespace, local, value });
        Ok(())
    }

    /// The value of an attribute.
    pub(super) fn attribute(&self, namespace: Option<&str>, local: &str) -> Option<&str> {
        self.attributes
            .iter()
            .find(|attribute| attribute.namespace.as_deref() == namespace && attribute.local == local)
            .map(|attribute| attribute.value.as_str())
    }

    /// Whether it is the element of that expanded name.
    pub(super) fn is(&self, namespace: &str, local: &str) -> bool {
        self.namespace.as_deref() == Some(namespace) && self.local == local
    }

    /// Its name, for causes and reports.
    pub(super) fn quoted(&self) -> ElementName {
        ElementName {
            namespace: Excerpt::of(self.namespace.as_deref().unwrap_or_default()),
            local: Excerpt::of(&self.local),
        }
    }
}

fn split_fault(error: AttrError) -> Rejection {
    Rejection::Malformed(match error {
        AttrError::Duplicated(..) => Fault::DuplicateAttribute,
        _ => Fault::Attribute,
    })
}

fn value(attribute: &Attribute<'_>) -> Result<String, Rejection> {
    let value = attribute.normalized_value(XmlVersion::Explicit1_0);
    value.map(|value| value.into_owned()).map_err(|_| Rejection::Malformed(Fault::Reference))
}

/// Adds a declaration to the innermost scope, if Namespaces in XML 1.0 §3 and §5 allow it.
fn declare(
    namespaces: &mut NamespaceResolver,
    prefix: PrefixDeclaration<'_>,
    name: &str,
) -> Result<(), Rejection> {
    let allowed = match prefix {
        PrefixDeclaration::Default => name != XML && name != XMLNS,
        PrefixDeclaration::Named(_) => !name.is_empty(),
    };
    if !allowed || namespaces.add(prefix, Namespace(name)).is_err() {
        return Err(Rejection::Malformed(Fault::Namespace));
    }
    Ok(())
}

fn expand(
    name: QName<'_>,
    namespaces: &NamespaceResolver,
    element: bool,
) -> Result<(Option<String>, String), Rejection> {
    let (resolved, local) = namespaces.resolve(name, element);
    Ok((bound(resolved)?, local.into_inner().to_owned()))
}

fn bound(resolved: ResolveResult<'_>) -> Result<Option<String>, Rejection> {
    match resolved {
        ResolveResult::Bound(namespace) => Ok(Some(namespace.0.to_owned())),
        ResolveResult::Unbound => Ok(None),
        ResolveResult::Unknown(_) => Err(Rejection::Malformed(Fault::UndeclaredPrefix)),
    }
}
